import Anatomy
import Frames
import Segmentation
import TestSupport
import Testing
import Volumes

@Suite struct SpineOrderTests {
    private func imported(_ levels: [VertebraLevel], step: Double = 30, scheme: LabelScheme = .verse) throws -> VertebraLabels {
        var spine = BlockSpine()
        spine.levels = levels
        spine.step = step
        let labels = try spine.labels()
        return try importLabels(labels, scheme: scheme, onto: labels.geometry)
    }

    @Test func upsideDownIsRefused() throws {
        #expect(throws: SegmentationError.upsideDown(cranial: .t11, caudal: .l2, scheme: .verse)) {
            try imported([.l2, .l1, .t12, .t11])
        }
        #expect(throws: SegmentationError.upsideDown(cranial: .l1, caudal: .l2, scheme: .verse)) { try imported([.l2, .l1]) }
    }

    /// VerSe's T11...L2 are 18...21; TotalSegmentator v1 counts L5...L2 upwards there: the wrong scheme shows as an upside-down spine.
    @Test func wrongSchemeThatCountsTheOtherWayIsRefused() throws {
        #expect(throws: SegmentationError.upsideDown(cranial: .l2, caudal: .l5, scheme: .totalsegmentatorV1)) {
            try imported([.t11, .t12, .l1, .l2], scheme: .totalsegmentatorV1)
        }
    }

    @Test(arguments: [
        [VertebraLevel.t12, .t11, .l1, .l2], [.t11, .l1, .t12, .l2], [.t11, .t12, .l2, .l1], [.l2, .t11, .t12, .l1],
        [.t12, .t11, .l2, .l1],
    ])
    func swappedLevelsAreRefused(levels: [VertebraLevel]) throws {
        #expect(throws: SegmentationError.wrongOrder(found: levels)) { try imported(levels) }
    }

    @Test func missingLevelIsNamed() throws {
        var spine = BlockSpine()
        spine.levels = [.t11, .t12, .l1, .l2]
        let labels = try spine.labels { $0 == .l1 ? 0 : Int32($0.rawValue) }
        let imported = try importLabels(labels, scheme: .verse, onto: labels.geometry)
        #expect(code(imported) == [.missingLevel])
        #expect(imported.warnings.first?.levels == [.l1])
    }

    @Test func skippedNumberIsToldFromAMissingVertebra() throws {
        let imported = try imported([.t10, .t11, .l1, .l2])
        #expect(code(imported) == [.skippedNumber])
        #expect(imported.warnings.first?.levels == [.t11, .l1])
    }

    @Test func unlabelledVertebraWithRunningNumbersIsSeen() throws {
        // Five places, the third unlabelled, and the numbers go on as if it did not exist.
        var spine = BlockSpine()
        spine.size.z = 90
        spine.levels = [.t9, .t10, .c1, .t11, .t12]
        let labels = try spine.labels { $0 == .c1 ? 0 : Int32($0.rawValue) }
        let imported = try importLabels(labels, scheme: .verse, onto: labels.geometry)
        #expect(imported.warnings.contains { $0.code == .unevenSpacing && $0.levels == [.t10, .t11] }, "\(imported.warnings)")
    }

    /// Lumbar steps under cervical names, as TotalSegmentator v2 ids read as v1 give.
    @Test func stepsOfAnotherRegionAreSeen() throws {
        #expect(try code(imported([.t2, .t3, .t4, .t5])).contains(.implausibleSpacing))
        #expect(try code(imported([.t11, .t12, .l1, .l2])).isEmpty)
    }

    @Test func transitionalLevelsAreInOrder() throws {
        #expect(try imported([.t12, .t13, .l1, .l2]).levels == [.t12, .t13, .l1, .l2])
        #expect(try code(imported([.t11, .t12, .t13, .l1])).isEmpty)
    }

    @Test func levelLabelledTwiceIsRefused() throws {
        #expect(throws: SegmentationError.self) { try importedWithDuplicate() }
    }

    private func importedWithDuplicate() throws -> VertebraLabels {
        let labels = try BlockSpine().labels { Int32(($0 == .l2 ? VertebraLevel.t12 : $0).rawValue) }
        return try importLabels(labels, scheme: .verse, onto: labels.geometry)
    }

    @Test func looseFragmentIsReportedWithItsVolume() throws {
        var labels = try BlockSpine().labels()
        for k in 1...3 { for j in 1...6 { for i in 1...6 { labels[i, j, k] = Int32(VertebraLevel.l1.rawValue) } } }
        let imported = try importLabels(labels, scheme: .verse, onto: labels.geometry)
        let warning = try #require(imported.warnings.first { $0.code == .fragmented })
        #expect(warning.levels == [.l1] && warning.message.contains(", 216 mm"), "\(warning)")  // 3 x 6 x 6 voxels of 2 mm³
    }
}
