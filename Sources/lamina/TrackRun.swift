import Anatomy
import CaseFolder
import Fluoroscopy
import Foundation
import Frames
import Protocols
import Tracking

/// One run over a sequence: start, frame after frame, and starting anew when all is lost. Poses and overlays go into the draft.
struct TrackRun {
    private(set) var exit = CommandExit.ok
    private(set) var measurements: [String: JSONValue] = [:]
    private var counts: [VertebraLevel: [TrackingState: Int]] = [:]
    private var causes: [VertebraLevel: [TrackingCause: Int]] = [:]
    private var milliseconds: [Double] = []
    private let levels: [VertebraLevel]
    private var screws: TrackedScrews

    init(
        _ tracked: TrackedCase, _ sequence: FluoroscopySequence, from place: RigidTransform<Room, Patient>, threads: Int, draft: CaseDraft,
        log: RunLog
    ) throws {
        levels = tracked.model.vertebrae.map(\.level)
        screws = TrackedScrews(tracked.plan, levels: levels)
        var lines = Data()
        var last: [VertebraEstimate] = []
        let shown = [0, sequence.momentCount / 2, sequence.momentCount - 1]
        var following = Following(model: tracked.model, place: place, threads: threads)
        try log.stage("track") {
            for index in 0..<sequence.momentCount {
                let moment = try sequence.moment(index)
                let clock = ContinuousClock()
                let begun = clock.now
                last = try following.next(moment, log: log)
                let placed = try screws.next(last, in: following.metalViews, threads: threads)
                milliseconds.append(begun.duration(to: clock.now) / .milliseconds(1))
                count(last)
                let record = PoseRecord(frame: index, timeS: moment.timeS, vertebrae: last.map(VertebraPose.init), screws: placed)
                lines.append(try encodedJSON(record, oneLine: true))
                if shown.contains(index) {
                    try writeOverlays(moment, last, tracked, into: draft)
                }
                log.progress("track", done: index + 1, total: sequence.momentCount)
            }
        }
        try draft.write(lines, to: "poses.jsonl")
        if last.contains(where: { $0.state == .lost }) { exit = .refused }
        if counts.values.allSatisfy({ ($0[.ok] ?? 0) + ($0[.degraded] ?? 0) == 0 }) { exit = .noSpine }
        measurements = try measured(following)
    }

    private mutating func count(_ estimates: [VertebraEstimate]) {
        for estimate in estimates {
            counts[estimate.level, default: [:]][estimate.state, default: 0] += 1
            for cause in estimate.causes { causes[estimate.level, default: [:]][cause, default: 0] += 1 }
        }
    }

    private func measured(_ following: Following) throws -> [String: JSONValue] {
        let sorted = milliseconds.sorted()
        func percentile(_ share: Double) -> Double { sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))] }
        return [
            "frames": .integer(milliseconds.count), "starts": .integer(following.starts),
            "frame_ms": .object(["p50": .number(percentile(0.5)), "p99": .number(percentile(0.99)), "greatest": .number(sorted.last!)]),
            "start_agreement": try JSONValue(following.agreements),
        ]
    }

    /// How often each vertebra was in which state, and why.
    var table: String {
        let head = "Vertebra      OK  DEGRADED    LOST  causes\n"
        let rows = levels.map { level in
            let states = counts[level] ?? [:]
            let reasons = (causes[level] ?? [:]).sorted { $0.value > $1.value }.map { "\($0.key.rawValue) \($0.value)" }.joined(
                separator: ", ")
            let numbers = [TrackingState.ok, .degraded, .lost].map { String(states[$0] ?? 0) }
            func right(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
            let name = level.name.padding(toLength: 8, withPad: " ", startingAt: 0)
            return name + right(numbers[0], 8) + right(numbers[1], 10) + right(numbers[2], 8) + "  " + reasons
        }
        let sorted = milliseconds.sorted()
        let speed = String(
            format: "%.0f ms a frame (median), %.0f ms at 99 %%", sorted[sorted.count / 2],
            sorted[min(sorted.count - 1, sorted.count * 99 / 100)])
        return head + rows.joined(separator: "\n") + (screws.table.map { "\n\n" + $0 } ?? "") + "\n\nNot a medical device. " + speed
    }
}

/// Tracks while it can, and looks for the patient when it cannot.
private struct Following {
    let model: SpineModel
    var place: RigidTransform<Room, Patient>
    let threads: Int
    private var tracker: SpineTracker?
    private var doubts: [TrackingCause] = []
    private var nextStart = -Double.infinity
    private(set) var starts = 0
    private(set) var agreements: [Double] = []

    init(model: SpineModel, place: RigidTransform<Room, Patient>, threads: Int) {
        (self.model, self.place, self.threads) = (model, place, threads)
    }

    /// What the last moment showed beside bone.
    var metalViews: [MetalView] { doubts.isEmpty ? tracker?.metalViews ?? [] : [] }

    mutating func next(_ moment: FluoroscopyMoment, log: RunLog) throws -> [VertebraEstimate] {
        if tracker?.isLost ?? true, moment.timeS >= nextStart { try start(moment, log: log) }
        guard doubts.isEmpty, tracker != nil else {
            return model.vertebrae.map { VertebraEstimate(lost: $0.level, doubts) }
        }
        return try tracker!.track(moment.frames, at: moment.timeS)
    }

    private mutating func start(_ moment: FluoroscopyMoment, log: RunLog) throws {
        let found = try acquire(model, in: moment.frames, around: place, threads: threads)
        starts += 1
        agreements.append(found.agreement)
        doubts = found.causes
        guard doubts.isEmpty else {
            // A search takes seconds where a frame takes milliseconds; a frame without signal costs none.
            nextStart = doubts == [.noSignal] ? moment.timeS : moment.timeS + betweenStarts
            log.warn("not_started", "no start: \(doubts.map(\.rawValue).joined(separator: ", "))", levels: model.vertebrae.map(\.level))
            return
        }
        tracker = SpineTracker(model, startingAt: found.roomFromPatient, threads: threads)
        place = found.roomFromPatient
    }
}

/// Seconds of frames from one search that found nothing to the next.
private let betweenStarts = 0.5

extension VertebraPose {
    init(_ estimate: VertebraEstimate) {
        if let pose = estimate.roomFromVertebra, let covariance = estimate.covariance {
            self.init(
                level: estimate.level, roomFromVertebra: pose, covariance: covariance, depthObservable: estimate.isDepthObservable,
                causes: estimate.causes.map(\.rawValue))
        } else {
            self.init(lost: estimate.level, causes: estimate.causes.map(\.rawValue))
        }
    }
}
