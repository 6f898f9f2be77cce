import Anatomy
import Segmentation
import Testing

@Suite struct RelevantWarningsTests {
    @Test func farLevelsAreLeftOutAndNumberingStays() throws {
        let map = try BlockSpine().labels()
        let labels = try importLabels(map, scheme: .verse, onto: map.geometry)
        let all = [
            LabelWarning(.mayBeCut, levels: [.t11], ""), LabelWarning(.mayBeCut, levels: [.t12], ""),
            LabelWarning(.fragmented, levels: [.l2], ""), LabelWarning(.skippedNumber, levels: [.c5, .c7], ""),
            LabelWarning(.poorFit, levels: labels.levels, ""), LabelWarning(.resampled, ""),
        ]
        // T12 and L2 are next to L1, and T11 is not.
        #expect(labels.relevant(all, to: [.l1]) == Array(all.dropFirst()))
        #expect(labels.relevant(all, to: [.t11]) == [all[0], all[1]] + all[3...])
    }
}
