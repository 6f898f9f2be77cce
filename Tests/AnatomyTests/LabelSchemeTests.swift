import Anatomy
import Testing

@Suite struct LabelSchemeTests {
    @Test func publishedIds() {
        let v2: [(Int, VertebraLevel)] = [(27, .l5), (31, .l1), (32, .t12), (43, .t1), (44, .c7), (50, .c1), (25, .s1), (26, .s1)]
        for (id, level) in v2 { #expect(LabelScheme.totalsegmentatorV2.level(of: id) == level) }
        let v1: [(Int, VertebraLevel)] = [(18, .l5), (22, .l1), (23, .t12), (34, .t1), (41, .c1), (92, .s1)]
        for (id, level) in v1 { #expect(LabelScheme.totalsegmentatorV1.level(of: id) == level) }
        #expect(LabelScheme.verse.level(of: 24) == .l5)
        #expect(LabelScheme.verse.level(of: 27) == nil)
    }

    @Test func idsThatAreNeitherVertebraNorKnown() {
        #expect(LabelScheme.verse.isOtherStructure(27) && !LabelScheme.verse.isOtherStructure(41))
        #expect(LabelScheme.totalsegmentatorV2.isOtherStructure(5) && !LabelScheme.totalsegmentatorV2.isOtherStructure(200))
    }
}
