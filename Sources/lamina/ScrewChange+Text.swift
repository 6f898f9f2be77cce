import Foundation
import Planning
import Protocols

extension ScrewChange {
    /// For the audit.
    var sentence: String {
        switch wish {
        case .remove: return "\(name): removed"
        case .restore(_, let sentence): return sentence
        case .drawn: return "\(name): placed as drawn in a markup file"
        case .place(let shift, let adding):
            let by = shift.offset
            let offset = by == SIMD3() ? nil : "entry moved by \(by.x), \(by.y), \(by.z) mm (left, back, head)"
            let numbers = [
                offset, shift.transverse.map { "transverse \($0) deg" }, shift.sagittal.map { "sagittal \($0) deg" },
                shift.diameter.map { "diameter \($0) mm" }, shift.length.map { "length \($0) mm" },
            ].compactMap(\.self)
            return "\(name): " + ((adding ? ["added"] : []) + numbers).joined(separator: ", ")
        }
    }
}

/// What was changed about a screw, for a person: what it was, what it is, what is worse, what rule it breaks.
func changeText(_ screw: PlanFile.Screw) -> String {
    guard let edit = screw.edit else { return "" }
    func size(_ diameter: Double?, _ length: Double?, _ entry: [Double]?) -> String {
        guard let diameter, let length, let entry else { return "no screw" }
        return "\(diameter) x \(length) mm, entry " + entry.map { String(format: "%.1f", $0) }.joined(separator: ", ")
    }
    var lines = [
        "\(screw.level) \(screw.side.rawValue) \(edit.action.rawValue): \(screw.status.rawValue)",
        "    before: \(size(edit.before.diameter, edit.before.length, edit.before.entry)) (\(edit.before.status.rawValue))",
        "    now:    \(size(screw.diameter, screw.length, screw.entry))",
    ]
    lines += edit.worse.map { "    WORSE: \($0.message)" }
    if let risk = edit.acceptedRisk {
        lines += risk.broken.map { "    BREAKS A RULE: \($0.message)" } + ["    accepted because: \(risk.reason)"]
    } else if edit.worse.isEmpty, edit.action == .moved {
        lines.append("    nothing became worse")
    }
    return lines.joined(separator: "\n")
}

extension ScrewChangeSummary {
    init(_ screw: PlanFile.Screw) {
        func notes(_ findings: [Finding]) -> [Note] { findings.map { Note(code: $0.code, message: $0.message, values: $0.values) } }
        self.init(
            level: screw.level, side: screw.side, action: screw.edit?.action.rawValue ?? "", status: screw.status.rawValue,
            before: screw.edit?.before.status.rawValue ?? "", worse: notes(screw.edit?.worse ?? []),
            broken: notes(screw.edit?.acceptedRisk?.broken ?? []), acceptedRisk: screw.edit?.acceptedRisk?.reason)
    }
}
