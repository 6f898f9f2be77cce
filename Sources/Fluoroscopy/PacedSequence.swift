import Foundation
import Protocols

/// Frames from files as a C-arm would deliver them: each moment when its time has come, and those that nobody was ready for left out. Not for several
/// threads at once, but for `stopper`.
public final class PacedSequence: FluoroscopySource {
    private let sequence: FluoroscopySequence
    private let clock = ContinuousClock()
    private let stop = StopSign()
    private var begun: ContinuousClock.Instant?
    private var position = 0
    /// Moments that were left out.
    public private(set) var skipped = 0

    public init(_ sequence: FluoroscopySequence) { self.sequence = sequence }

    /// Nobody knows how many will be left out.
    public var expectedCount: Int? { nil }
    public var warnings: [CommandWarning] { sequence.warnings }
    /// Ends the sequence from any thread: a wait for a moment returns.
    public var stopper: @Sendable () -> Void { { [stop] in stop.raise() } }

    /// The newest moment whose time has come, or the next one when it comes.
    ///
    /// - Throws: as `FluoroscopySequence.moment(_:)`.
    public func next() throws -> FluoroscopyMoment? {
        let begun = begun ?? clock.now
        self.begun = begun
        guard position < sequence.momentCount else { return nil }
        let times = sequence.timesS
        let passed = begun.duration(to: clock.now) / .seconds(1)
        let newest = times.lastIndex { $0 - times[0] <= passed } ?? position
        skipped += max(0, newest - position)
        position = max(newest, position)
        guard stop.isDown(until: begun.advanced(by: .seconds(times[position] - times[0]))) else { return nil }
        defer { position += 1 }
        let moment = try sequence.moment(position)
        return FluoroscopyMoment(
            index: moment.index, timeS: moment.timeS, frames: moment.frames, causes: moment.causes, arrival: clock.now)
    }
}

/// Tells whoever waits that there is no need to any more.
///
/// Safe to share: the flag is only touched under the condition's lock.
private final class StopSign: @unchecked Sendable {
    private let condition = NSCondition()
    private var isRaised = false

    func raise() {
        condition.withLock { isRaised = true }
        condition.broadcast()
    }

    /// Waits. False as soon as it was raised.
    func isDown(until due: ContinuousClock.Instant) -> Bool {
        condition.withLock {
            while !isRaised, ContinuousClock.now < due {
                _ = condition.wait(until: Date(timeIntervalSinceNow: ContinuousClock.now.duration(to: due) / .seconds(1)))
            }
            return !isRaised
        }
    }
}
