import Foundation
import Planning

/// The plan as screws.csv (RFC 4180): one row a pedicle, with the very numbers of plan.json.
///
/// `warnings` holds the row's own codes, `case_warnings` those of the whole run, the same in every row.
func screwCSV(_ plan: PlanFile) -> String {
    let ofCase = Set(plan.warnings.map(\.code)).sorted().joined(separator: ";")
    var lines = [csvColumns.map(\.name) + ["case_warnings"]]
    lines += plan.screws.map { screw in (csvColumns.map { $0.value(screw) } + [ofCase]).map(quoted) }
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
    ("grade_if_bone_is_one_voxel_smaller", { $0.gradeIfBoneIsSmaller?.rawValue ?? "" }),
    ("hu_mean", { exact($0.hu?.mean) }),
    ("depth_fraction", { exact($0.depthFraction) }),
    ("reasons", { $0.reasons.map(\.code).joined(separator: ";") }),
    ("accepted_risk", { harmless($0.edit?.acceptedRisk?.reason ?? "") }),
    ("warnings", { $0.warnings.map(\.code).joined(separator: ";") }),
]

/// The shortest text that reads back as the same number; empty for none.
private func exact(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

/// A person's words, so that no spreadsheet takes them for a formula.
private func harmless(_ text: String) -> String { text.first.map("=+-@".contains) ?? false ? "'" + text : text }

private func quoted(_ cell: String) -> String {
    cell.contains(where: { ",\"\r\n".contains($0) }) ? "\"" + cell.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : cell
}
