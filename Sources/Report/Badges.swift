import Planning

/// What was decided, in a word that cannot be overlooked. What this report does not know is shown as it stands, and never as planned.
///
/// - Parameter status: as in plan.json.
func statusBadge(_ status: String, at index: Int) -> Markup {
    let text: Markup = "<span data-plan-text=\"/screws/\(index)/status\">\(status)</span>"
    switch status {
    case PlanFile.Status.planned.rawValue: return "<span class=\"badge planned\">\(text)</span>"
    case PlanFile.Status.refused.rawValue: return "<span class=\"badge refused\">\(text)</span>"
    default:
        return
            "<span class=\"badge alarm\">\u{26A0} \(text)</span> <strong class=\"alarm\">a status that this report does not know: not shown as planned</strong>"
    }
}

/// A letter on its colour, with the pointer of where it is from.
func gradeBadge(_ grade: GertzbeinRobbins?, pointer: String) -> Markup {
    guard let grade else { return "<span class=\"absent\">no grade</span>" }
    return "<span class=\"grade grade-\(grade.rawValue)\" data-plan-text=\"\(pointer)\">\(grade.rawValue)</span>"
}

/// "left (the patient's)".
func sideWords(_ screw: PlanFile.Screw, at index: Int) -> Markup {
    "<span data-plan-text=\"/screws/\(index)/side\">\(screw.side.rawValue)</span>"
}

/// Findings as a list, each with its code for whoever looks it up.
func findingList(_ findings: [Finding], of kind: Markup) -> Markup {
    guard !findings.isEmpty else { return "" }
    let items = findings.map { finding -> Markup in "<li>\(finding.message) <code>\(finding.code)</code></li>" }
    return "<ul class=\"findings \(kind)\">\(items)</ul>"
}
