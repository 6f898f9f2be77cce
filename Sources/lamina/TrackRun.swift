import CaseFolder
import Fluoroscopy
import Foundation
import Frames
import Protocols
import Tracking

/// One run over moments: start, frame after frame, and starting anew when all is lost. Poses and overlays go into the draft.
struct TrackRun {
    private(set) var tally: TrackTally
    private var following: Following
    private var screws: TrackedScrews

    /// - Parameter place: where the patient roughly lies, from the first moment; nil to look everywhere.
    /// - Throws: what the source, `place`, tracking and the disk throw.
    init(
        _ tracked: TrackedCase, _ source: some FluoroscopySource, from place: (FluoroscopyMoment) throws -> RigidTransform<Room, Patient>?,
        threads: Int, draft: CaseDraft, log: RunLog
    ) throws {
        tally = TrackTally(levels: tracked.model.vertebrae.map(\.level), areEstimated: tracked.plan.levelEstimated)
        screws = TrackedScrews(tracked.plan, levels: tracked.model.vertebrae.map(\.level))
        var upcoming = try source.next()
        guard let first = upcoming else { preconditionFailure("a source has a moment, or throws") }
        func relayWarnings() { for warning in source.warnings { log.warn(warning.code, warning.message) } }
        relayWarnings()
        following = Following(
            model: tracked.model, place: try place(first), threads: threads, waitsForSearches: source.expectedCount != nil)
        // A line stands in the file as soon as it is known, so whoever reads along sees it at once.
        let lines = try GrowingFile(draft.path("poses.jsonl"))
        var shown = ShownMoments(expected: source.expectedCount)
        try log.stage("track") {
            while let moment = upcoming {
                let begun = ContinuousClock.now
                let estimates = try following.next(moment, log: log)
                let placed = try screws.next(estimates, in: following.metalViews, threads: threads)
                tally.add(estimates, after: begun.duration(to: .now))
                let record = PoseRecord(
                    frame: moment.index, timeS: moment.timeS, levelEstimated: tracked.plan.levelEstimated,
                    vertebrae: estimates.map(VertebraPose.init), screws: placed)
                try lines.append(encodedJSON(record, oneLine: true))
                if let arrival = moment.arrival { tally.add(latency: arrival.duration(to: .now)) }
                shown.add(moment, estimates)
                log.progress("track", done: tally.momentCount, total: source.expectedCount ?? 0)
                upcoming = try source.next()
                relayWarnings()
            }
        }
        // Drawn when nobody waits for a pose any more.
        for (moment, estimates) in shown.all { try writeOverlays(moment, estimates, tracked, into: draft) }
    }

    /// What became of each vertebra and screw, and the times.
    var table: String { [tally.table, screws.table].compactMap(\.self).joined(separator: "\n\n") }

    var measurements: [String: JSONValue] {
        get throws {
            tally.measurements.merging(
                ["starts": .array(following.starts.map(\.json))], uniquingKeysWith: { $1 })
        }
    }
}

/// The moments that are drawn: the first, the middle one where the number is known beforehand, and the last.
private struct ShownMoments {
    private let middle: Int?
    private var count = 0
    private var kept: [(FluoroscopyMoment, [VertebraEstimate])] = []
    private var last: (FluoroscopyMoment, [VertebraEstimate])?

    init(expected: Int?) { middle = expected.map { $0 / 2 } }

    mutating func add(_ moment: FluoroscopyMoment, _ estimates: [VertebraEstimate]) {
        let isKept = count == 0 || count == middle
        if isKept { kept.append((moment, estimates)) }
        last = isKept ? nil : (moment, estimates)
        count += 1
    }

    var all: [(FluoroscopyMoment, [VertebraEstimate])] { kept + (last.map { [$0] } ?? []) }
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
