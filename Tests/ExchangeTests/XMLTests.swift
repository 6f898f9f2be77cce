import Testing

@testable import Exchange

@Suite struct XMLTests {
    @Test func marksAreEscaped() { #expect(escapedXML(#"a<b> & "c" é"#) == "a&lt;b&gt; &amp; &quot;c&quot; é") }
}
