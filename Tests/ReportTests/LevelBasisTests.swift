import Testing

@testable import Report

@Suite struct LevelBasisTests {
    @Test func saysWhatSettlesTheCount() {
        #expect(
            LevelBasis.counted(anchors: ["ribs", "sacrum"], probability: 0.987, isEstimate: false).sentence.contains(
                "the last ribs in view and the sacrum in view (probability 99 %)"))
        #expect(LevelBasis.counted(anchors: ["new_anchor"], probability: 1, isEstimate: false).sentence.contains("new_anchor"))
        let estimate = LevelBasis.counted(anchors: [], probability: 0.5, isEstimate: true)
        #expect(estimate.isEstimate && estimate.sentence.contains("ESTIMATE") && estimate.sentence.contains("nothing in view"))
        #expect(LevelBasis.given(scheme: "verse").sentence.contains("verse") && !LevelBasis.renamed.isEstimate)
        #expect(LevelBasis.unknown.sentence.contains("Count the vertebrae"))
    }
}
