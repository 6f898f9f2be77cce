import Anatomy
import Foundation
import Planning
import Protocols

/// The plan as a table for a terminal: one line a pedicle, sides spelled out, reasons and warnings beneath.
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
        lines += screw.warnings.map { "       warning: \($0.message)" }
    }
    let planned = plan.screws.count { $0.status == .planned }
    lines += [
        "",
        "\(planned) planned, \(plan.screws.count - planned) refused. Margins in mm; medial angles point to the midline, cranial to the head.",
    ]
    return lines.joined(separator: "\n")
}

private func tableRow(_ screw: PlanFile.Screw) -> [String] {
    let name = [screw.level, screw.side.rawValue]
    guard screw.status == .planned, let diameter = screw.diameter, let length = screw.length, let angles = screw.angles,
        let margins = screw.margins
    else { return name + ["REFUSED: " + screw.reasons.map(\.message).joined(separator: "; ")] }
    let pedicle = screw.pedicle.map { "\(number($0.width, 1)) x \(number($0.height, 1))" } ?? ""
    return name + [
        "\(number(diameter, 1)) x \(number(length, 0))",
        "\(number(abs(angles.transverse), 1))° \(angles.transverse < 0 ? "lateral" : "medial")",
        "\(number(abs(angles.sagittal), 1))° \(angles.sagittal < 0 ? "caudal" : "cranial")",
        pedicle, number(margins.medial, 1), number(margins.canal, 1), number(margins.anterior, 1),
        screw.depthFraction.map { "\(number($0 * 100, 0)) %" } ?? "", screw.hu.map { number($0.mean, 0) } ?? "-",
        screw.grade?.rawValue ?? "",
    ]
}

private func number(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }

/// The plan as screws.csv (RFC 4180): one row a pedicle, with the very numbers of plan.json.
func screwCSV(_ plan: PlanFile) -> String {
    var lines = [csvColumns.map(\.name)]
    lines += plan.screws.map { screw in csvColumns.map { quoted($0.value(screw)) } }
    return lines.map { $0.joined(separator: ",") }.joined(separator: "\r\n") + "\r\n"
}

private let csvColumns: [(name: String, value: @Sendable (PlanFile.Screw) -> String)] = [
    ("level", { $0.level }),
    ("side", { $0.side.rawValue }),
    ("status", { $0.status.rawValue }),
    ("diameter_mm", { exact($0.diameter) }),
    ("length_mm", { exact($0.length) }),
    ("entry_l_mm", { exact($0.entry?[0]) }),
    ("entry_p_mm", { exact($0.entry?[1]) }),
    ("entry_s_mm", { exact($0.entry?[2]) }),
    ("tip_l_mm", { exact($0.tip?[0]) }),
    ("tip_p_mm", { exact($0.tip?[1]) }),
    ("tip_s_mm", { exact($0.tip?[2]) }),
    ("transverse_deg", { exact($0.angles?.transverse) }),
    ("sagittal_deg", { exact($0.angles?.sagittal) }),
    ("pedicle_width_mm", { exact($0.pedicle?.width) }),
    ("pedicle_height_mm", { exact($0.pedicle?.height) }),
    ("margin_medial_mm", { exact($0.margins?.medial) }),
    ("margin_lateral_mm", { exact($0.margins?.lateral) }),
    ("margin_superior_mm", { exact($0.margins?.superior) }),
    ("margin_inferior_mm", { exact($0.margins?.inferior) }),
    ("margin_anterior_mm", { exact($0.margins?.anterior) }),
    ("margin_canal_mm", { exact($0.margins?.canal) }),
    ("grade", { $0.grade?.rawValue ?? "" }),
    ("hu_mean", { exact($0.hu?.mean) }),
    ("depth_fraction", { exact($0.depthFraction) }),
    ("reasons", { $0.reasons.map(\.code).joined(separator: ";") }),
    ("warnings", { $0.warnings.map(\.code).joined(separator: ";") }),
]

/// The shortest text that reads back as the same number; empty for none.
private func exact(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

private func quoted(_ cell: String) -> String {
    cell.contains(where: { ",\"\r\n".contains($0) }) ? "\"" + cell.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : cell
}

extension ScrewSummary {
    init(_ screw: PlanFile.Screw) {
        self.init(
            level: screw.level, side: screw.side, status: screw.status.rawValue, reasons: screw.reasons.map(\.code),
            diameterMM: screw.diameter, lengthMM: screw.length, grade: screw.grade?.rawValue)
    }
}
