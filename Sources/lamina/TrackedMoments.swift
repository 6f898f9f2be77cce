import Fluoroscopy
import Frames
import Protocols
import Tracking

/// What one moment came to.
struct TrackedMoment {
    let moment: FluoroscopyMoment
    let estimates: [VertebraEstimate]
    /// Nil where the plan has no screws.
    let screws: [ScrewPose]?
    /// Which start the poses rest on; nil before the first.
    let registration: StreamRegistration?
}

/// Moments tracked one after the other: start, frame after frame, and starting anew when all is lost.
struct TrackedMoments {
    private(set) var tally: TrackTally
    private var following: Following
    private var screws: TrackedScrews
    private let threads: Int

    /// - Parameters:
    ///   - place: roughly where the patient lies; nil to look everywhere.
    ///   - waitsForSearches, startsBeside: see `Following`.
    init(
        _ tracked: TrackedCase, place: RigidTransform<Room, Patient>?, waitsForSearches: Bool, startsBeside: Bool = false, threads: Int
    ) {
        let levels = tracked.model.vertebrae.map(\.level)
        tally = TrackTally(levels: levels, areEstimated: tracked.plan.levelEstimated)
        screws = TrackedScrews(tracked.plan, levels: levels)
        following = Following(
            model: tracked.model, place: place, threads: threads, waitsForSearches: waitsForSearches, startsBeside: startsBeside)
        self.threads = threads
    }

    /// - Parameter deliver: hands a moment on; the time from a live frame to a pose ends when it returns.
    /// - Throws: what tracking and `deliver` throw.
    mutating func track(_ moment: FluoroscopyMoment, log: RunLog, deliver: (TrackedMoment) throws -> Void) throws {
        let begun = ContinuousClock.now
        let estimates = try following.next(moment, log: log)
        let placed = try screws.next(estimates, in: following.metalViews, threads: threads)
        tally.add(estimates, after: begun.duration(to: .now))
        try deliver(TrackedMoment(moment: moment, estimates: estimates, screws: placed, registration: following.registration))
        if let arrival = moment.arrival { tally.add(latency: arrival.duration(to: .now)) }
    }

    /// What became of each vertebra and screw, and the times.
    var table: String { [tally.table, screws.table].compactMap(\.self).joined(separator: "\n\n") }

    var measurements: [String: JSONValue] {
        tally.measurements.merging(["starts": .array(following.starts.map(\.json))], uniquingKeysWith: { $1 })
    }
}

extension Acquisition {
    fileprivate var json: JSONValue {
        .object([
            "agreement": .number(agreement), "other_level_agreement": .number(otherLevelAgreement),
            "mirrored_share": .number(mirroredShare), "swapped_share": .number(swappedShare), "other_way_share": .number(otherWayShare),
            "causes": .array(causes.map { .string($0.rawValue) }),
        ])
    }
}
