import Planning

/// How a decision looks.
enum StatusKind: String {
    case planned, refused, adjusted, alarm

    /// - Parameter status: as in plan.json. What this report does not know is an alarm.
    init(_ status: String) {
        switch PlanFile.Status(rawValue: status) {
        case .planned: self = .planned
        case .refused, .removed: self = .refused
        case .adjusted: self = .adjusted
        default: self = .alarm
        }
    }
}

/// What was decided, in a word that cannot be overlooked. What this report does not know is shown as it stands, and never as planned.
///
/// - Parameter status: as in plan.json.
func statusBadge(_ status: String, at index: Int) -> Markup {
    let kind = StatusKind(status)
    let meaning: Markup =
        switch PlanFile.Status(rawValue: status) {
        case .planned, .refused: ""
        case .adjusted: " <strong>placed by a person; it keeps every hard rule</strong>"
        case .removed: " <strong class=\"alarm\">a person took the screw out</strong>"
        case .riskAccepted: " <strong class=\"alarm\">placed by a person; IT BREAKS A RULE</strong>"
        default: " <strong class=\"alarm\">a status that this report does not know: not shown as planned</strong>"
        }
    let sign: Markup = kind == .alarm ? "\u{26A0} " : ""
    return
        "<span class=\"badge \(kind.rawValue)\">\(sign)<span data-plan-text=\"/screws/\(index)/status\">\(status)</span></span>\(meaning)"
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
