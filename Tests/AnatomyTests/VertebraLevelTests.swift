import Anatomy
import Testing

@Suite struct VertebraLevelTests {
    @Test func namesRoundTrip() {
        for level in VertebraLevel.allCases { #expect(VertebraLevel(name: level.name) == level) }
        #expect(Set(VertebraLevel.allCases.map(\.name)).count == VertebraLevel.allCases.count)
    }

    @Test func verseIds() {
        let known: [(String, UInt8)] = [("C1", 1), ("C7", 7), ("T1", 8), ("T12", 19), ("L1", 20), ("L5", 24), ("L6", 25), ("S1", 26)]
        for (name, id) in known { #expect(VertebraLevel(name: name)?.rawValue == id) }
    }

    @Test func order() {
        #expect(VertebraLevel.t12 < .t13 && .t13 < .l1 && .l5 < .l6 && .l6 < .s1)
    }
}
