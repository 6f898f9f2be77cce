import Foundation
import Planning

/// The plan as a table for a terminal: one line a pedicle, sides spelled out, reasons and warnings beneath, and what the columns mean.
func screwTable(_ plan: PlanFile) -> String {
    let header = [
        "Level", "Side", "Screw mm", "Transverse", "Sagittal", "Pedicle mm", "Medial", "Canal", "Anterior", "Depth", "HU", "Grade",
    ]
    let rows = plan.screws.map { tableRow($0) }
    let widths = header.indices.map { column in ([header] + rows.filter { $0.count == header.count }).map { $0[column].count }.max()! }
    func line(_ cells: [String]) -> String {
        zip(cells, widths).map { $0.padding(toLength: max($1, $0.count), withPad: " ", startingAt: 0) }.joined(separator: "  ")
    }
    var lines = [line(header)]
    for (screw, row) in zip(plan.screws, rows) {
        lines.append(line(row))
        lines += byHand(screw)
        lines += ownWarnings(screw, in: plan).map { "       warning: \($0.message)" }
    }
    let counts = statuses.compactMap { status, word in
        let count = plan.screws.count { $0.status == status }
        return count > 0 || status == .planned || status == .refused ? "\(count) \(word)" : nil
    }
    lines +=
        ["", counts.joined(separator: ", ") + "."] + plan.warnings.map { "Warning: \($0.message)" } + ["", legend]
    return lines.joined(separator: "\n")
}

private let statuses: [(PlanFile.Status, String)] = [
    (.planned, "planned"), (.adjusted, "adjusted by hand"), (.riskAccepted, "ADJUSTED BY HAND AGAINST A RULE"),
    (.removed, "removed by hand"),
    (.refused, "refused"),
]

/// What sets a person's screw apart from one that was planned.
private func byHand(_ screw: PlanFile.Screw) -> [String] {
    guard let edit = screw.edit, screw.status.hasScrew else { return [] }
    guard let risk = edit.acceptedRisk else { return ["       BY HAND: a person placed this screw; it keeps every rule"] }
    return risk.broken.map { "       BY HAND, BREAKS A RULE: \($0.message)" } + ["       accepted because: \(risk.reason)"]
}

private let legend = """
    Transverse  angle to the vertebra's midline; medial: the tip lies nearer to it than the entry
    Sagittal    angle to the vertebra's own axial plane, between its endplates, not the scanner's; cranial: the tip lies nearer to the head
    Medial      mm of bone left in the pedicle, from the shaft towards the midline
    Canal       mm from the shaft to the spinal canal
    Anterior    mm of bone left in front of the tip
    Depth       of the tip in the vertebral body, on a lateral view
    Grade       Gertzbein-Robbins on the label's surface; in brackets, if the bone were one voxel smaller all round than its label
    """

/// What stands under a screw's line: not what the grade in brackets says, nor what stands under the table.
private func ownWarnings(_ screw: PlanFile.Screw, in plan: PlanFile) -> [Finding] {
    screw.warnings.filter { own in
        own.code != "margin_within_voxel" && !plan.warnings.contains { $0.code == own.code && $0.message == own.message }
    }
}

private func tableRow(_ screw: PlanFile.Screw) -> [String] {
    let name = [screw.level, screw.side.rawValue]
    guard let diameter = screw.diameter, let length = screw.length, let angles = screw.angles,
        let margins = screw.margins, let grade = screw.grade, let ifSmaller = screw.gradeIfBoneIsSmaller
    else { return name + [(screw.status == .removed ? "REMOVED: " : "REFUSED: ") + screw.reasons.map(\.message).joined(separator: "; ")] }
    let pedicle = screw.pedicle.map { "\(number($0.width, 1)) x \(number($0.height, 1))" } ?? ""
    return name + [
        "\(number(diameter, 1)) x \(number(length, 0))",
        "\(number(abs(angles.transverse), 1))° \(angles.transverse < 0 ? "lateral" : "medial")",
        "\(number(abs(angles.sagittal), 1))° \(angles.sagittal < 0 ? "caudal" : "cranial")",
        pedicle, number(margins.medial, 1), number(margins.canal, 1), number(margins.anterior, 1),
        screw.depthFraction.map { "\(number($0 * 100, 0)) %" } ?? "", screw.hu.map { number($0.mean, 0) } ?? "-",
        "\(grade.rawValue) (\(ifSmaller.rawValue))",
    ]
}

private func number(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }
