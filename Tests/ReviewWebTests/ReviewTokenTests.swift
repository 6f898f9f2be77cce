import Testing

@testable import ReviewWeb

@Suite struct ReviewTokenTests {
    @Test func itIsLongAndNeverTheSame() {
        let tokens = (0..<100).map { _ in ReviewToken().text }
        #expect(Set(tokens).count == 100)
        #expect(tokens.allSatisfy { $0.count == 32 && $0.allSatisfy(\.isHexDigit) })
    }

    @Test func onlyTheWholeMatches() {
        let token = ReviewToken()
        #expect(token.matches(token.text))
        #expect(!token.matches("") && !token.matches(token.text.dropLast()) && !token.matches(token.text + "0"))
        #expect(!token.matches(token.text.dropLast() + (token.text.last == "0" ? "1" : "0")))
    }
}
