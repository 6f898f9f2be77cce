import Anatomy
import Foundation
import Frames
import Planning
import Protocols
import Tracking

/// The plan's screws over a run: looked for in every moment that shows metal, and counted.
struct TrackedScrews {
    private var finder: ScrewFinder
    private let levelsAreEstimated: Bool
    private var counts: [Int: [ScrewState: Int]] = [:]
    private var causes: [Int: [ScrewCause: Int]] = [:]

    init(_ plan: PlanFile, levels: [VertebraLevel]) {
        finder = ScrewFinder(plannedShafts(of: plan, levels: levels))
        levelsAreEstimated = plan.levelEstimated
    }

    /// The moment's screws; nil where the plan has none.
    mutating func next(_ vertebrae: [VertebraEstimate], in views: [MetalView], threads: Int) throws -> [ScrewPose]? {
        guard !finder.plans.isEmpty else { return nil }
        let found = try finder.find(vertebrae, in: views, threads: threads)
        for (n, estimate) in found.enumerated() {
            counts[n, default: [:]][estimate.state, default: 0] += 1
            for cause in estimate.causes { causes[n, default: [:]][cause, default: 0] += 1 }
        }
        return found.map(ScrewPose.init)
    }

    /// How often each screw was in which state, and why; nil where none was ever more than not there.
    var table: String? {
        let isSeen = counts.values.contains { ($0[.found] ?? 0) + ($0[.uncertain] ?? 0) > 0 }
        guard isSeen else { return nil }
        func right(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
        let rows = finder.plans.enumerated().map { n, plan in
            let reasons = (causes[n] ?? [:]).sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
                .map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
            let numbers = [ScrewState.found, .uncertain, .notFound].map { String(counts[n]?[$0] ?? 0) }
            let name = "\(shownName(of: plan.level, isEstimated: levelsAreEstimated)) \(plan.side.rawValue)".padding(
                toLength: 12, withPad: " ", startingAt: 0)
            return name + right(numbers[0], 6) + right(numbers[1], 11) + right(numbers[2], 11) + "  " + reasons
        }
        return "Screw        found  uncertain  not found  causes\n" + rows.joined(separator: "\n")
    }
}

/// The planned screws of some levels, in the order of the levels, so that estimates keep it.
func plannedShafts(of plan: PlanFile, levels: [VertebraLevel]) -> [PlannedShaft] {
    levels.flatMap { level in
        plan.screws.filter { $0.level == level.name }.compactMap { screw in
            guard let vertebraFromScrew = screw.screwFrame, let diameter = screw.diameter, let length = screw.length else { return nil }
            return PlannedShaft(level: level, side: screw.side, vertebraFromScrew: vertebraFromScrew, diameter: diameter, length: length)
        }
    }
}

extension ScrewPose {
    init(_ estimate: ScrewEstimate) {
        self.init(
            level: estimate.level, side: estimate.side, causes: estimate.causes.map(\.rawValue),
            planned: estimate.planned.map { PlannedPixels(view: $0.view, entry: [$0.entry.x, $0.entry.y], tip: [$0.tip.x, $0.tip.y]) },
            measured: estimate.place.map(Measured.init))
    }
}

extension ScrewPose.Measured {
    init(_ place: ScrewPlace) {
        func numbers<F>(_ point: Point<F>) -> [Double] { [point.x, point.y, point.z] }
        let d = place.deviation
        self.init(
            roomEntry: numbers(place.entry), roomTip: numbers(place.tip), vertebraEntry: numbers(place.entryInVertebra),
            vertebraTip: numbers(place.tipInVertebra), covariance: place.covariance, depthObservable: place.isDepthObservable,
            deviation: ScrewPose.Deviation(
                entry: (d.entry.distance, d.entry.medial, d.entry.cranial, d.entry.dorsal, d.entrySigma),
                tip: (d.tip.distance, d.tip.medial, d.tip.cranial, d.tip.dorsal, d.tipSigma), angleDeg: d.angle * 180 / .pi))
    }
}
