import Testing

@testable import Report

@Suite struct MarkupTests {
    @Test func whatIsInterpolatedIsEscapedAndMarkupIsNot() {
        let hostile = "<script>alert('x')</script>\" onload=\"y & z"
        let markup: Markup = "<b title=\"\(hostile)\">\(hostile)</b>\(Markup(trusted: "<i>"))"
        let safe = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot; onload=&quot;y &amp; z"
        #expect(markup.html == "<b title=\"\(safe)\">\(safe)</b><i>")
    }

    @Test func charactersThatHideOrTurnTextAreShown() {
        #expect(Markup(text: "a\u{202E}b\u{0}c\u{2066}\u{1B}").html == "a\u{FFFD}b\u{FFFD}c\u{FFFD}\u{FFFD}")
        #expect(Markup(text: "Ängström 脊椎").html == "Ängström 脊椎")
    }

    @Test func partsJoin() {
        #expect([Markup(text: "<"), "b"].joined(separator: ", ").html == "&lt;, b")
        let parts: [Markup] = ["a", "b"]
        #expect(("\(parts)\(3)" as Markup).html == "ab3")
    }
}
