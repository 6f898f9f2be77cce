import CaseFolder
import Fluoroscopy
import Foundation
import Frames
import Protocols
import Tracking

/// One run over moments. Poses and overlays go into the draft.
struct TrackRun {
    private(set) var moments: TrackedMoments

    /// - Parameter place: where the patient roughly lies, from the first moment; nil to look everywhere.
    /// - Throws: what the source, `place`, tracking and the disk throw.
    init(
        _ tracked: TrackedCase, _ source: some FluoroscopySource, from place: (FluoroscopyMoment) throws -> RigidTransform<Room, Patient>?,
        threads: Int, draft: CaseDraft, log: RunLog
    ) throws {
        var upcoming = try source.next()
        guard let first = upcoming else { preconditionFailure("a source has a moment, or throws") }
        func relayWarnings() { for warning in source.warnings { log.warn(warning.code, warning.message) } }
        relayWarnings()
        moments = TrackedMoments(tracked, place: try place(first), waitsForSearches: source.expectedCount != nil, threads: threads)
        // A line stands in the file as soon as it is known, so whoever reads along sees it at once.
        let lines = try GrowingFile(draft.path("poses.jsonl"))
        var shown = ShownMoments(expected: source.expectedCount)
        try log.stage("track") {
            while let moment = upcoming {
                try moments.track(moment, log: log) { found in
                    let record = PoseRecord(
                        frame: moment.index, timeS: moment.timeS, levelEstimated: tracked.plan.levelEstimated,
                        vertebrae: found.estimates.map(VertebraPose.init), screws: found.screws)
                    try lines.append(encodedJSON(record, oneLine: true))
                    shown.add(moment, found.estimates)
                }
                log.progress("track", done: moments.tally.momentCount, total: source.expectedCount ?? 0)
                upcoming = try source.next()
                relayWarnings()
            }
        }
        // Drawn when nobody waits for a pose any more.
        for (moment, estimates) in shown.all { try writeOverlays(moment, estimates, tracked, into: draft) }
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
