import Fluoroscopy
import Foundation
import Frames
import Planning
import Protocols
import Streaming
import Tracking

/// Moments tracked and published, one after the other.
struct NavigationRun {
    private let tracked: TrackedCase
    private let publisher: PosePublisher
    private let recorder: Recorder?
    private var moments: TrackedMoments?

    init(_ tracked: TrackedCase, _ publisher: PosePublisher, _ recorder: Recorder?) {
        (self.tracked, self.publisher, self.recorder) = (tracked, publisher, recorder)
    }

    /// - Throws: what the source, tracking and the recording's disk throw.
    mutating func follow(_ source: some FluoroscopySource, from start: StartOptions, threads: Int, log: RunLog) throws {
        var upcoming = try source.next()
        guard let first = upcoming else { return }
        var moments = TrackedMoments(
            tracked, place: try start.place(of: tracked, views: first.frames.map(\.view), cameras: first.frames.map(\.camera)),
            waitsForSearches: false, startsBeside: true, threads: threads)
        try log.stage("navigate") {
            while let moment = upcoming {
                recorder?.add(moment)
                var delivered: TrackedMoment?
                try moments.track(moment, log: log) { found in
                    delivered = found
                    try publish(found)
                }
                recorder?.add(decisionsOf: delivered!)
                try recorder?.check()
                log.progress("navigate", done: moments.tally.momentCount, total: source.expectedCount ?? 0)
                upcoming = try source.next()
                for warning in source.warnings { log.warn(warning.code, warning.message) }
            }
        }
        self.moments = moments
    }

    private func publish(_ found: TrackedMoment) throws {
        let waited = found.moment.arrival.map { $0.duration(to: .now) } ?? .zero
        try publisher.publish(
            tickBodies(of: found, plan: tracked.plan), frame: UInt32(clamping: found.moment.index), registration: found.registration,
            captured: StreamTime.now.earlier(by: waited))
    }

    var exit: CommandExit { moments?.tally.exit ?? .noSpine }
    var table: String? { moments?.table }
    /// Times of tracking, and from a moment's arrival to its being handed to the sockets (`latency_ms`); empty before the first moment.
    var measurements: [String: JSONValue] { moments?.measurements ?? [:] }
}
