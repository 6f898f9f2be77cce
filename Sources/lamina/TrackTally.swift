import Anatomy
import Foundation
import Protocols
import Tracking

/// What a run of tracking came to: how often each vertebra was in which state and why, and how long it took.
struct TrackTally {
    private let levels: [VertebraLevel]
    /// Whether their names are an estimate.
    private let areEstimated: Bool
    private var counts: [VertebraLevel: [TrackingState: Int]] = [:]
    private var causes: [VertebraLevel: [TrackingCause: Int]] = [:]
    /// Of tracking each moment.
    private var trackingMS: [Double] = []
    /// The same without the first, in which the start was looked for; later ones of live frames are looked for beside the loop, and those of files waited for.
    private var laterMS: [Double] { trackingMS.count > 1 ? Array(trackingMS.dropFirst()) : trackingMS }
    /// From a moment's last frame coming in to its line being written; of live moments alone.
    private var latencyMS: [Double] = []
    private var last: [VertebraEstimate] = []
    /// Moments that passed while the patient was looked for the first time.
    private var waiting = 0
    private var hasBegun = false

    init(levels: [VertebraLevel], areEstimated: Bool) { (self.levels, self.areEstimated) = (levels, areEstimated) }

    var momentCount: Int { trackingMS.count }

    mutating func add(_ estimates: [VertebraEstimate], after duration: Duration) {
        trackingMS.append(duration / .milliseconds(1))
        last = estimates
        hasBegun = hasBegun || estimates.contains { $0.causes != [.searching] }
        if !hasBegun { waiting += 1 }
        for estimate in estimates {
            counts[estimate.level, default: [:]][estimate.state, default: 0] += 1
            for cause in estimate.causes { causes[estimate.level, default: [:]][cause, default: 0] += 1 }
        }
    }

    mutating func add(latency: Duration) { latencyMS.append(latency / .milliseconds(1)) }

    /// Whether all was found, by the end and on the whole: a vertebra that comes back for the last frame does not make up for a run without it.
    var exit: CommandExit {
        if counts.values.allSatisfy({ ($0[.ok] ?? 0) + ($0[.degraded] ?? 0) == 0 }) { return .noSpine }
        let isOftenLost = counts.values.contains { Double(($0[.lost] ?? 0) - waiting) > mostLost * Double(momentCount - waiting) }
        return isOftenLost || last.contains { $0.state == .lost } ? .refused : .ok
    }

    var measurements: [String: JSONValue] {
        var all: [String: JSONValue] = [
            "frames": .integer(momentCount), "first_frame_ms": .number(trackingMS[0]), "frame_ms": measured(laterMS),
        ]
        if !latencyMS.isEmpty { all["latency_ms"] = measured(latencyMS) }
        return all
    }

    private func measured(_ milliseconds: [Double]) -> JSONValue {
        let (median, high, greatest) = (percentile(0.5, milliseconds), percentile(0.99, milliseconds), milliseconds.max()!)
        return .object(["p50": .number(median), "p99": .number(high), "greatest": .number(greatest)])
    }

    /// A line for each vertebra, and the times.
    var table: String {
        let head = "Vertebra      OK  DEGRADED    LOST  causes\n"
        let rows = levels.map { level in
            let states = counts[level] ?? [:]
            let reasons = (causes[level] ?? [:]).sorted { $0.value > $1.value }.map { "\($0.key.rawValue) \($0.value)" }.joined(
                separator: ", ")
            let numbers = [TrackingState.ok, .degraded, .lost].map { String(states[$0] ?? 0) }
            func right(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
            let name = shownName(of: level, isEstimated: areEstimated).padding(toLength: 8, withPad: " ", startingAt: 0)
            return name + right(numbers[0], 8) + right(numbers[1], 10) + right(numbers[2], 8) + "  " + reasons
        }
        let latency = latencyMS.isEmpty ? "" : "; from frame to pose \(spread(latencyMS))"
        let estimate = areEstimated ? "\n\nThe levels are an estimate (?): check the count." : ""
        return head + rows.joined(separator: "\n") + estimate
            + "\n\nNot a medical device. \(spread(laterMS)) a frame, \(String(format: "%.0f ms", trackingMS[0])) the first" + latency
    }

    private func spread(_ milliseconds: [Double]) -> String {
        String(format: "%.0f ms (median), %.0f ms (99 %%)", percentile(0.5, milliseconds), percentile(0.99, milliseconds))
    }
}

/// The share of all frames that a vertebra may be lost in: a step of the pedal or a moment's shadow, not a part of the run.
private let mostLost = 0.1

private func percentile(_ share: Double, _ values: [Double]) -> Double {
    values.sorted()[min(values.count - 1, Int(share * Double(values.count)))]
}

/// A level's name as people read it: with a question mark where it is an estimate.
func shownName(of level: VertebraLevel, isEstimated: Bool) -> String { level.name + (isEstimated ? "?" : "") }
