import Anatomy
import Segmentation
import Testing
import Volumes

@Suite struct VertebraIdsTests {
    @Test func idsAreRenamedOnTheirOwnGrid() throws {
        let foreign = try BlockSpine().labels { 31 + Int32(VertebraLevel.l1.rawValue) - Int32($0.rawValue) }
        let (volume, warnings) = try vertebraIds(of: foreign, scheme: .totalsegmentatorV2)
        #expect(volume.geometry == foreign.geometry && warnings.isEmpty)
        #expect(try volume.voxels == BlockSpine().labels().voxels.map { UInt8($0) })
    }

    /// What a plan would refuse is still measured.
    @Test func levelsOutOfOrderAreLetThrough() throws {
        let swapped = try BlockSpine().labels { $0 == .t12 ? 20 : $0 == .l1 ? 19 : Int32($0.rawValue) }
        #expect(throws: SegmentationError.self) { try importLabels(swapped, scheme: .verse, onto: swapped.geometry) }
        #expect(try vertebraIds(of: swapped, scheme: .verse).volume.voxels == swapped.voxels.map { UInt8($0) })
    }

    @Test func emptyMapsAreLetThroughOnRequestAndWrongSchemesNever() throws {
        let empty = try BlockSpine().labels { _ in 0 }
        #expect(throws: SegmentationError.self) { try vertebraIds(of: empty, scheme: .verse) }
        #expect(try vertebraIds(of: empty, scheme: .verse, mayBeEmpty: true).volume.voxels.allSatisfy { $0 == 0 })
        let foreign = try BlockSpine().labels { 60 + Int32($0.rawValue) }
        #expect(throws: SegmentationError.self) { try vertebraIds(of: foreign, scheme: .verse, mayBeEmpty: true) }
        // Ribs are no vertebrae, but the scheme knows them.
        let ribs = try BlockSpine().labels { _ in 95 }
        #expect(try vertebraIds(of: ribs, scheme: .totalsegmentatorV2, mayBeEmpty: true).warnings.isEmpty)
    }

    @Test func unknownIdsAreNamed() throws {
        var labels = try BlockSpine().labels()
        labels[0, 0, 0] = 77
        #expect(try vertebraIds(of: labels, scheme: .verse).warnings.map(\.code) == [.unknownIds])
    }
}
