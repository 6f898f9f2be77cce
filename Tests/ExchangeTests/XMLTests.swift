import Testing

@testable import Exchange

@Suite struct XMLTests {
    /// XML 1.0 has no way to write them.
    @Test func controlCharactersAreReplaced() { #expect(escapedXML("a\u{1}b\u{C}\tc") == "a\u{FFFD}b\u{FFFD}\tc") }

    @Test func marksAreEscaped() { #expect(escapedXML(#"a<b> & "c" é"#) == "a&lt;b&gt; &amp; &quot;c&quot; é") }
}
