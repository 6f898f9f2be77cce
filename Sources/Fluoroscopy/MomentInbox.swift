import Foundation
import Protocols

/// Where the thread that reads the socket leaves the newest moment, and the one that tracks takes it.
///
/// Only the newest waits: when moments come faster than they are tracked, those between are skipped, so that none is older when it is taken than the
/// time that one takes to track. Safe to share: all that can change is read and written with the condition locked.
final class MomentInbox: @unchecked Sendable {
    private let condition = NSCondition()
    private let idleSeconds: Double
    private var assembler = MomentAssembler()
    private var newest: StreamedMoment?
    private var ending: FrameStreamEnding?
    private var lastArrival = ContinuousClock.now

    init(idleSeconds: Double) { self.idleSeconds = idleSeconds }

    /// - Returns: whether more is wanted.
    func deliver(_ parts: [Data]) -> Bool {
        locked {
            let now = ContinuousClock.now
            switch assembler.take(parts, at: now) {
            case .nothingYet: break
            case .complete(let moment):
                if newest != nil { assembler.counts.skipped += 1 }
                newest = moment
                lastArrival = now
            case .ended: ending = ending ?? .finished
            }
            return ending == nil
        }
    }

    /// A message was cut off because it did not end.
    func refuseCutMessage() { locked { assembler.refuse(.cutOff) } }

    /// The first call counts.
    func end(_ reason: FrameStreamEnding) { locked { ending = ending ?? reason } }

    /// Waits for a moment that was not taken yet.
    ///
    /// - Returns: the newest; nil once the stream is at its end, and at once when it was stopped.
    func take() -> StreamedMoment? {
        condition.withLock {
            while true {
                if ending != .stopped, let moment = newest {
                    newest = nil
                    return moment
                }
                guard ending == nil else { return nil }
                let left = idleSeconds - lastArrival.duration(to: .now) / .seconds(1)
                guard left > 0 else {
                    ending = .silent(seconds: idleSeconds)
                    return nil
                }
                // The condition waits by the wall clock, which somebody may set: never long.
                _ = condition.wait(until: Date(timeIntervalSinceNow: min(left, 1)))
            }
        }
    }

    var state: (counts: FrameStreamCounts, warnings: [CommandWarning], stream: String?, ending: FrameStreamEnding?) {
        condition.withLock { (assembler.counts, assembler.warnings, assembler.stream, ending) }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        condition.withLock {
            defer { condition.signal() }
            return body()
        }
    }
}
