import Anatomy
import Frames
import Segmentation
import TestSupport
import Testing
import Volumes

@Suite struct LabelImportTests {
    let spine = BlockSpine()

    @Test func sameGridIsRenamedVoxelByVoxel() throws {
        let foreign = try spine.labels { level in 31 + Int32(VertebraLevel.l1.rawValue) - Int32(level.rawValue) }
        let imported = try importLabels(foreign, scheme: .totalsegmentatorV2, onto: foreign.geometry)
        #expect(imported.levels == [.t11, .t12, .l1, .l2])
        #expect(imported.warnings.isEmpty, "\(imported.warnings)")
        #expect(try imported.volume.voxels == spine.labels().voxels.map { UInt8($0) })
    }

    @Test func roundedCopyOfTheGridIsTheSameGrid() throws {
        let labels = try spine.labels()
        let g = labels.geometry
        // What a single-precision header loses.
        let rounded = try GridGeometry<Patient>(
            size: g.size, spacing: g.spacing + 1e-7, origin: g.origin + Vector(1e-3, -1e-3, 1e-3), axes: g.axes)
        let imported = try importLabels(labels, scheme: .verse, onto: rounded)
        #expect(imported.volume.geometry == rounded)
        #expect(imported.warnings.isEmpty)
    }

    @Test func sacrumAndS1AreJoined() throws {
        var spine = BlockSpine()
        spine.levels = [.l4, .l5, .s1, .c1]
        // The fourth ellipsoid stands for the rest of the sacrum.
        let foreign = try spine.labels { level in level == .l4 ? 28 : level == .l5 ? 27 : level == .s1 ? 26 : 25 }
        let imported = try importLabels(foreign, scheme: .totalsegmentatorV2, onto: foreign.geometry)
        #expect(imported.levels == [.l4, .l5, .s1])
        #expect(imported.regions[2].voxelCount > 2 * imported.regions[0].voxelCount * 9 / 10)
    }

    @Test func unknownIdsAreNamedWithTheirCounts() throws {
        var labels = try spine.labels()
        labels[0, 0, 0] = 77
        labels[1, 0, 0] = 77
        labels[2, 0, 0] = -5
        labels[3, 0, 0] = 70_000
        let imported = try importLabels(labels, scheme: .verse, onto: labels.geometry)
        let warning = try #require(imported.warnings.first)
        #expect(warning.code == .unknownIds)
        #expect(warning.message.contains("77 (2 voxels)") && warning.message.contains("-5 (1") && warning.message.contains("70000 (1"))
        #expect(imported.levels == [.t11, .t12, .l1, .l2])
    }

    @Test func noVertebraNamesTheSchemesThatWouldFitWithoutChoosing() throws {
        // Ids 30...33 are nothing in VerSe; T5...T2 in one TotalSegmentator and L2...T11 in the other.
        let labels = try spine.labels { 30 + Int32(VertebraLevel.l2.rawValue) - Int32($0.rawValue) }
        do {
            _ = try importLabels(labels, scheme: .verse, onto: labels.geometry)
            Issue.record("ids without a vertebra were accepted")
        } catch let error as SegmentationError {
            let text = "\(error)"
            #expect(text.contains("ids 30-33 would be T11-L2 in totalsegmentator-v2"), "\(text)")
            #expect(text.contains("ids 30-33 would be T2-T5 in totalsegmentator-v1"), "\(text)")
        }
    }

    @Test func anImageIsNotALabelMap() throws {
        var random = SeededGenerator(seed: 4)
        let noise = try spine.labels().map { _ in Int32.random(in: -1000...2000, using: &random) }
        #expect(throws: SegmentationError.self) { try importLabels(noise, scheme: .verse, onto: noise.geometry) }
        let empty = try spine.labels { _ in 0 }
        #expect(throws: SegmentationError.noVertebra(scheme: .verse, ids: [], fitting: [])) {
            try importLabels(empty, scheme: .verse, onto: empty.geometry)
        }
    }

    @Test func levelAtTheEdgeIsReportedAsCut() throws {
        var spine = BlockSpine()
        spine.top = Point(10, -20, 82)
        let labels = try spine.labels()
        let imported = try importLabels(labels, scheme: .verse, onto: labels.geometry)
        #expect(code(imported) == [.mayBeCut])
        #expect(imported.warnings.first?.levels == [.t11])
    }

    /// The centroid is exact up to the sampling of the rim, far under a tenth of a voxel; 2 mm slices of a 20 mm thick ellipsoid give its
    /// volume to 2 %.
    @Test func regionsSayWhereTheLevelsAre() throws {
        let labels = try spine.labels()
        let imported = try importLabels(labels, scheme: .verse, onto: labels.geometry)
        for (index, region) in imported.regions.enumerated() {
            #expect(region.centroid.distance(to: spine.centre(of: index)) < 0.1)
            #expect(abs(region.volume / (4.0 / 3 * .pi * 30 * 20 * 10) - 1) < 0.02)
            #expect(region.voxelCount == labels.voxels.count { $0 == Int32(region.level.rawValue) })
        }
    }
}
