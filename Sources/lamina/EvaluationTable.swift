import Anatomy
import Evaluation
import Foundation
import Protocols

/// An evaluation as a table for a terminal: one line a vertebra, the worst first, then the means, the findings and what the columns mean.
func evaluationTable(_ evaluation: LabelEvaluation, warnings: [CommandWarning]) -> String {
    let header = ["Level", "Dice", "IoU", "ASD", "HD95", "Reference", "Predicted", "Centroid", "Identified", "Covered by"]
    let rows =
        [header] + evaluation.vertebrae.map(cells)
        + [summaryCells("Complete", evaluation.complete), summaryCells("All", evaluation.all)].flatMap(\.self)
    let widths = header.indices.map { column in rows.map { $0[column].count }.max()! }
    let lines = rows.map { row in
        zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "  ").trimmingTrailingSpaces
    }
    let body = 1 + evaluation.vertebrae.count
    let notes = findings(evaluation.findings) + warnings.map { "Warning: \($0.message)" }
    return (lines.prefix(body) + [""] + lines.dropFirst(body) + [""] + notes + (notes.isEmpty ? [] : [""]) + [legend])
        .joined(separator: "\n")
}

private let legend = """
    ASD         mean distance between the surfaces, both ways, mm
    HD95        95th percentile of the same distances, mm
    Reference   volume of the vertebra in the reference, mm³; Predicted, that of the label of its name
    Centroid    distance between the centroids of both, mm
    Identified  the predicted centroid nearest to the vertebra's has its name and lies within 20 mm
    Covered by  the predicted label that covers most of the vertebra, with its Dice, and by how many levels its name is off (+ is too far down)
    Cut         the vertebra touches a face of the reference's grid; "Complete" leaves it out
    """

private func cells(_ v: VertebraEvaluation) -> [String] {
    [
        v.level.name + (v.isComplete ? "" : " (cut)"), number(v.dice, 3), number(v.iou, 3), number(v.surface?.average, 2),
        number(v.surface?.hausdorff95, 2), number(v.referenceVolume, 0), v.predictedVolume > 0 ? number(v.predictedVolume, 0) : "-",
        number(v.centroidDistance, 2), v.isIdentified ? "yes" : "no", v.match.map(matchText) ?? "nothing",
    ]
}

private func matchText(_ match: BestMatch) -> String {
    "\(match.level) \(number(match.dice, 3))" + (match.shift == 0 ? "" : String(format: " (%+d)", match.shift))
}

/// A line of means and one of medians.
private func summaryCells(_ name: String, _ statistics: EvaluationStatistics) -> [[String]] {
    typealias Spread = EvaluationStatistics.Spread
    func line(_ title: String, _ value: KeyPath<Spread, Double>, _ rate: String) -> [String] {
        [
            title, number(statistics.dice?[keyPath: value], 3), number(statistics.iou?[keyPath: value], 3),
            number(statistics.averageSurfaceDistance?[keyPath: value], 2), number(statistics.hausdorff95?[keyPath: value], 2), "", "",
            number(statistics.centroidDistance?[keyPath: value], 2), rate, "",
        ]
    }
    let rate = "\(statistics.identifiedCount) of \(statistics.vertebraCount)"
    return [line("\(name), mean", \.mean, rate), line("\(name), median", \.median, "")]
}

private func findings(_ findings: MapFindings) -> [String] {
    var lines: [String] = []
    if !findings.missing.isEmpty { lines.append("Missing: \(names(findings.missing)) (no label lies there)") }
    if !findings.extra.isEmpty { lines.append("Extra: \(names(findings.extra)) (no reference vertebra lies there)") }
    lines += findings.merged.map { "Merged: label \($0.predicted) covers \(names($0.reference))" }
    lines += findings.split.map { "Split: \($0.reference) is covered by labels \(names($0.predicted))" }
    if let naming = findings.naming, naming.shift != 0 {
        let levels = "\(abs(naming.shift)) level\(abs(naming.shift) == 1 ? "" : "s") too far \(naming.shift > 0 ? "down" : "up")"
        lines.append("Shifted names: \(naming.count) of \(naming.matched) vertebrae carry a name \(levels)")
    }
    return lines
}

private func names(_ levels: [VertebraLevel]) -> String { levels.map(\.name).joined(separator: ", ") }

private func number(_ value: Double?, _ decimals: Int) -> String { value.map { String(format: "%.\(decimals)f", $0) } ?? "-" }

extension String {
    fileprivate var trimmingTrailingSpaces: String { String(reversed().drop { $0 == " " }.reversed()) }
}
