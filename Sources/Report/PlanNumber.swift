import Foundation

/// A number of plan.json as text, with the place that it is from, so that a reader's program can hold one against the other.
struct PlanNumber {
    let value: Double?
    /// A JSON pointer (RFC 6901) into plan.json.
    let pointer: String
    /// After the point. More are printed where the number would read as zero and is not.
    var digits = 1
    /// What is shown is the value times this, such as 100 for per cent or -1 for the other direction.
    var factor = 1.0

    /// The digits of the number, as they are shown.
    var text: String? { value.map { String(format: "%.\(shownDigits(of: $0))f", factor * $0) } }

    /// - Parameter why: shown where there is no number.
    func markup(unit: Markup = "", otherwise why: String = "not measured") -> Markup {
        guard let value, let text else { return "<span class=\"absent\">none: \(why)</span>" }
        // A minus that a reader cannot miss, and that parses.
        let times: Markup = factor == 1 ? "" : " data-factor=\"\(String(format: "%g", factor))\""
        let space: Markup = unit == "" || unit == "\u{00B0}" ? "" : "&nbsp;"
        return
            "<span class=\"number\" data-plan=\"\(pointer)\" data-digits=\"\(shownDigits(of: value))\"\(times)>\(text)</span>\(space)\(unit)"
    }

    /// A margin of -0.04 mm is a breach and must not read as -0.0.
    private func shownDigits(of value: Double) -> Int {
        (digits...max(digits, 3)).first { value == 0 || abs(factor * value) >= 0.5 * pow(10, -Double($0)) } ?? max(digits, 3)
    }
}
