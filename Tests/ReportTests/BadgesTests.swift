import Planning
import Testing

@testable import Report

@Suite struct BadgesTests {
    @Test func anUnknownStatusIsShownAsItselfAndLoudly() {
        let badge = statusBadge("<approved>", at: 4).html
        #expect(badge.contains("&lt;approved&gt;") && badge.contains("alarm") && badge.contains("not shown as planned"))
        #expect(!badge.contains("badge planned"))
        #expect(
            statusBadge("planned", at: 0).html.contains("badge planned") && statusBadge("refused", at: 0).html.contains("badge refused"))
    }

    @Test func whatAPersonDidIsSaid() {
        #expect(
            statusBadge("adjusted", at: 0).html.contains("placed by a person") && !statusBadge("adjusted", at: 0).html.contains("planned"))
        #expect(statusBadge("risk_accepted", at: 0).html.contains("BREAKS A RULE") && StatusKind("risk_accepted") == .alarm)
        #expect(statusBadge("removed", at: 0).html.contains("took the screw out") && StatusKind("removed") == .refused)
    }

    @Test func gradesHaveTheirLetter() {
        for grade in GertzbeinRobbins.allCases { #expect(gradeBadge(grade, pointer: "/x").html.contains(">\(grade.rawValue)<")) }
        #expect(gradeBadge(nil, pointer: "/x").html.contains("no grade"))
    }

    @Test func findingsAreEscaped() {
        #expect(findingList([Finding("code", "a < b")], of: "reasons").html.contains("a &lt; b <code>code</code>"))
        #expect(findingList([], of: "reasons").html.isEmpty)
    }
}
