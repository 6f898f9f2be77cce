import Foundation
import Planning

/// The table of all pedicles: a refusal is a row as any other.
func screwListing(_ plan: PlanFile) -> Markup {
    let rows = plan.screws.enumerated().map { index, screw in row(screw, at: index) }
    return """
        <table class="listing"><thead><tr><th scope="col">Level</th><th scope="col">Side (patient's)</th><th scope="col">Status</th><th scope="col">Screw: \u{00D8} \u{00D7} length</th><th scope="col">Grade (if the bone were one voxel smaller)</th><th scope="col">Least margin</th><th scope="col">Warnings, or why it was refused</th></tr></thead><tbody>\(rows)</tbody></table>
        """
}

/// "14 planned, 2 refused", and every other status by its name.
func tally(_ plan: PlanFile) -> String {
    let counts = Dictionary(plan.screws.map { ($0.status.rawValue, 1) }, uniquingKeysWith: +)
    let first = [PlanFile.Status.planned, .refused].map(\.rawValue)
    let others = counts.keys.filter { !first.contains($0) }.sorted()
    return (first + others).map { "\(counts[$0] ?? 0) \($0)" }.joined(separator: ", ")
}

private func row(_ screw: PlanFile.Screw, at index: Int) -> Markup {
    let name: Markup = """
        <th scope="row"><a href="#screw-\(index)"><span data-plan-text="/screws/\(index)/level">\(screw.level)</span></a></th><td class="side">\(sideWords(screw, at: index))</td><td>\(statusBadge(screw.status.rawValue, at: index))</td>
        """
    let codes = screw.warnings.map { finding -> Markup in "<li>\(finding.message)</li>" }
    guard Shaft(screw) != nil else {
        let why = screw.reasons.map { finding -> Markup in "<li><strong>\(finding.message)</strong></li>" }
        return
            "<tr class=\"\(StatusKind(screw.status.rawValue).rawValue)\">\(name)<td colspan=\"3\">no screw</td><td><ul>\(why)\(codes)</ul></td></tr>"
    }
    let warnings: Markup = codes.isEmpty ? "none" : "<ul>\(codes)</ul>"
    func number(_ value: Double?, _ key: String) -> PlanNumber { PlanNumber(value: value, pointer: "/screws/\(index)/\(key)") }
    let least: Markup =
        leastMargin(of: screw, at: index).map { "\($0.number.markup(unit: "mm")) \($0.name)" }
        ?? "<span class=\"absent\">not measured</span>"
    return """
        <tr class="\(StatusKind(screw.status.rawValue).rawValue)">\(name)<td class="figure">\u{00D8} \(number(screw.diameter, "diameter_mm").markup()) \u{00D7} \(number(screw.length, "length_mm").markup(unit: "mm"))</td><td class="grades">\(gradeBadge(screw.grade, pointer: "/screws/\(index)/grade")) (\(gradeBadge(screw.gradeIfBoneIsSmaller, pointer: "/screws/\(index)/grade_if_bone_is_one_voxel_smaller")))</td><td class="figure">\(least)</td><td>\(warnings)</td></tr>
        """
}
