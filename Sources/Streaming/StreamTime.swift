import Foundation
import Protocols

/// One instant on both of this machine's clocks, nanoseconds: UTC, which may be set, and CLOCK_MONOTONIC, which may not.
public struct StreamTime: Equatable, Sendable {
    public var wallNS: UInt64
    public var monotonicNS: UInt64

    public init(wallNS: UInt64, monotonicNS: UInt64) { (self.wallNS, self.monotonicNS) = (wallNS, monotonicNS) }

    public static var now: StreamTime { StreamTime(wallNS: read(CLOCK_REALTIME), monotonicNS: read(CLOCK_MONOTONIC)) }

    /// The time on the clock that a stream uses.
    public func on(_ clock: StreamClock) -> UInt64 {
        switch clock {
        case .utcPTP, .utcNTP: wallNS
        case .monoLocal: monotonicNS
        }
    }

    public func earlier(by duration: Duration) -> StreamTime {
        let nanoseconds = UInt64(max(0, duration / .nanoseconds(1)))
        return StreamTime(wallNS: wallNS - nanoseconds, monotonicNS: monotonicNS - nanoseconds)
    }
}

private func read(_ clock: clockid_t) -> UInt64 {
    var now = timespec()
    clock_gettime(clock, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
}
