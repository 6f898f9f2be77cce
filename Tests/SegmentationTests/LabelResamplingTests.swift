import Anatomy
import Frames
import Segmentation
import TestSupport
import Testing
import Volumes

@Suite struct LabelResamplingTests {
    /// The same voxels in another order must arrive unchanged: no warning, every voxel equal.
    @Test func flippedAndPermutedFilesAreLossless() throws {
        let target = try BlockSpine().labels()
        var flipped = BlockSpine()
        flipped.axes = (SIMD3(0, -1, 0), SIMD3(0, 0, -1), SIMD3(1, 0, 0))
        flipped.size = SIMD3(80, 72, 90)
        flipped.spacing = SIMD3(1, 2, 1)
        let source = try flipped.labels()
        let imported = try importLabels(source, scheme: .verse, onto: target.geometry)
        #expect(imported.warnings.isEmpty, "\(imported.warnings)")
        #expect(imported.volume.voxels == target.voxels.map { UInt8($0) })
    }

    @Test func croppedMapIsLosslessToo() throws {
        let target = try BlockSpine().labels()
        let crop = try target.cropped(from: SIMD3(5, 6, 1), to: SIMD3(88, 77, 71))
        let imported = try importLabels(crop, scheme: .verse, onto: target.geometry)
        #expect(imported.warnings.isEmpty, "\(imported.warnings)")
        #expect(imported.volume.voxels == target.voxels.map { UInt8($0) })
    }

    /// Oblique and coarser or finer grids: the label keeps its place and its volume. Two samplings of a 20 mm thick ellipsoid,
    /// with up to 2 mm voxels, hold its centroid to an eighth of a voxel and its volume to 3 %.
    @Test(arguments: UInt64(1)...8) func anotherGridKeepsPlaceAndVolume(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var foreign = BlockSpine()
        let turn: Rotation<Patient, Patient> = Rotation(angle: random.double(-0.4...0.4), about: random.direction())
        foreign.axes = seed % 2 == 0 ? turn.columns : (-turn.columns.0, turn.columns.1, turn.columns.2)
        foreign.spacing = SIMD3(random.double(0.8...2), random.double(0.8...2), random.double(0.8...2))
        foreign.size = SIMD3(150, 150, 200)
        let spine = BlockSpine()
        let imported = try importLabels(try foreign.labels(), scheme: .verse, onto: spine.grid())
        #expect(code(imported) == [.resampled])
        #expect(imported.levels == spine.levels)
        for (index, region) in imported.regions.enumerated() {
            #expect(region.centroid.distance(to: spine.centre(of: index)) < 0.25, "seed \(seed)")
            #expect(abs(region.volume / (4.0 / 3 * .pi * 30 * 20 * 10) - 1) < 0.03, "seed \(seed)")
        }
    }

    /// From 3 mm to 1 mm, trilinear voting must beat the nearest voxel at redrawing the ellipsoids.
    @Test func votingFollowsAWallBetterThanNearest() throws {
        var coarse = BlockSpine()
        coarse.spacing = SIMD3(3, 3, 3)
        coarse.size = SIMD3(40, 40, 60)
        let truth = try BlockSpine().labels()
        let source = try coarse.labels()
        let voted = try importLabels(source, scheme: .verse, onto: truth.geometry).volume
        var wrong = (voted: 0, nearest: 0)
        for k in 0..<truth.geometry.size.z {
            for j in 0..<truth.geometry.size.y {
                for i in 0..<truth.geometry.size.x {
                    let near = source.nearest(at: truth.geometry.point(at: SIMD3(i, j, k))) ?? 0
                    wrong.nearest += near != truth[i, j, k] ? 1 : 0
                    wrong.voted += Int32(voted[i, j, k]) != truth[i, j, k] ? 1 : 0
                }
            }
        }
        #expect(Double(wrong.voted) < 0.75 * Double(wrong.nearest), "\(wrong)")
    }

    /// A map that ends inside the image: the image's own edge shows nothing.
    @Test func levelCutByTheMapsOwnEdgeIsReported() throws {
        let target = try BlockSpine().labels()
        let crop = try target.cropped(from: SIMD3(0, 0, 26), to: target.geometry.size)
        let imported = try importLabels(crop, scheme: .verse, onto: target.geometry)
        #expect(!imported.regions.contains(where: \.isCutByView) && levelsThatMayBeCut(imported) == [.l1])
    }

    @Test func mapsThatDoNotMeetAreRefusedWithBothExtents() throws {
        let labels = try BlockSpine().labels()
        let g = labels.geometry
        let far = try GridGeometry<Patient>(size: g.size, spacing: g.spacing, origin: g.origin + Vector(500, 0, 0), axes: g.axes)
        do {
            _ = try importLabels(labels, scheme: .verse, onto: far)
            Issue.record("labels 500 mm away were accepted")
        } catch let error as SegmentationError {
            guard case .noOverlap(let a, let b) = error else { throw error }
            #expect(a.lower.x == -35 && a.upper.x == 55 && b.lower.x == 465)
            #expect("\(error)".contains("L -35.0 to 55.0"))
        }
    }

    @Test func lostPartsAreNamed() throws {
        let labels = try BlockSpine().labels()
        let g = labels.geometry
        // The image starts 16 slices (32 mm) higher: L2 is gone, L1 (centred at z = 0, index 28) keeps most of itself.
        let image = try g.cropped(from: SIMD3(0, 0, 26), to: g.size)
        let imported = try importLabels(labels, scheme: .verse, onto: image)
        let warning = try #require(imported.warnings.first { $0.code == .labelsBeyondImage })
        #expect(warning.levels == [.l1, .l2] && warning.message.contains("L2 100 %"))
        #expect(imported.levels == [.t11, .t12, .l1])
        #expect(levelsThatMayBeCut(imported) == [.l1])
    }
}
