import Anatomy
import Frames
import TestSupport
import Testing
import Volumes

@testable import Evaluation

@Suite struct ReferenceGridTests {
    /// Every voxel must be the prediction's at the same point, looked for the slow way.
    @Test(arguments: UInt64(1)...4) func eachVoxelIsTheNearestOne(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let turn: Rotation<Patient, Patient> = Rotation(angle: random.double(-0.5...0.5), about: random.direction())
        var source = LabelBoxes.column([.t11, .t12, .l1])
        source.axes = seed % 2 == 0 ? turn.columns : (turn.columns.0, -turn.columns.1, turn.columns.2)
        source.spacing = SIMD3(random.double(0.7...2), random.double(0.7...2), random.double(0.7...2))
        let prediction = try source.labels()
        var target = LabelBoxes()
        target.size = SIMD3(8, 9, 10)
        target.spacing = SIMD3(2, 1.5, 1)
        // In the midst of the prediction.
        target.origin = prediction.geometry.point(at: SIMD3(15, 15, 25)) - Vector(8, 6, 5)
        let reference = try target.labels()
        let found = try onReferenceGrid(prediction, reference, tolerance: 0.05)
        #expect(found.warnings.contains { $0.code == .resampled })
        let centres = prediction.voxels.indices.map { at in
            prediction.geometry.point(at: SIMD3(at % 30, at / 30 % 30, at / 900))
        }
        for at in reference.voxels.indices {
            let point = reference.geometry.point(at: SIMD3(at % 8, at / 8 % 9, at / 72))
            let nearest = centres.indices.min { centres[$0].distance(to: point) < centres[$1].distance(to: point) }!
            #expect(found.volume.voxels[at] == prediction.voxels[nearest], "seed \(seed)")
        }
    }

    @Test func aHeadersRoundingIsTheSameGrid() throws {
        var rounded = LabelBoxes.column([.l1])
        rounded.origin = Point(1e-3, -1e-3, 1e-3)
        let reference = try LabelBoxes.column([.l1]).labels()
        let found = try onReferenceGrid(rounded.labels(), reference, tolerance: 0.05)
        #expect(found.volume.geometry == reference.geometry && found.volume.voxels == reference.voxels && found.warnings.isEmpty)
    }

    @Test func whatEitherGridDoesNotHoldIsNamed() throws {
        let whole = try LabelBoxes.column([.t11, .t12, .l1, .l2]).labels()
        let upper = try whole.cropped(from: SIMD3(0, 0, 20), to: whole.geometry.size)
        let cutPrediction = try onReferenceGrid(upper, whole, tolerance: 0.05).warnings
        #expect(cutPrediction.map(\.code) == [.labelsBeyondImage] && cutPrediction[0].levels == [.l1, .l2])
        let cutReference = try onReferenceGrid(whole, upper, tolerance: 0.05).warnings
        #expect(cutReference.map(\.code) == [.labelsBeyondImage] && cutReference[0].levels == [.l1, .l2])
    }

    @Test func mapsThatDoNotMeetAreRefusedWithBothExtents() throws {
        var far = LabelBoxes.column([.l1])
        far.origin = Point(500, 0, 0)
        do {
            _ = try onReferenceGrid(far.labels(), LabelBoxes.column([.l1]).labels(), tolerance: 0.05)
            Issue.record("maps 500 mm apart were compared")
        } catch let error as EvaluationError {
            #expect("\(error)".contains("L 499.5 to 529.5") && "\(error)".contains("L -0.5 to 29.5"))
        }
    }
}
