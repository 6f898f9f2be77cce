import Anatomy
import Frames
import TestSupport
import Testing
import Volumes

@testable import Evaluation

@Suite struct EvaluateLabelsTests {
    private func cube(at lower: SIMD3<Int>) -> LabelBoxes {
        var map = LabelBoxes()
        map.spacing = SIMD3(1, 2, 3)
        map.boxes = [(.l1, lower, lower &+ 10)]
        return map
    }

    /// A cube of 10 voxels a side, 1 x 2 x 3 mm each, against itself two voxels (6 mm) further up.
    ///
    /// Of its 488 surface voxels, 100 at the bottom are 6 mm away and 36 above them 3 mm; the 64 inside the top face are as far as the nearest wall
    /// of the other, 1 to 4 mm along i or 2 to 8 mm along j, 148 mm together; the rest coincide. The other cube has the same, upside down.
    @Test func shiftedCubeOnAnAnisotropicGrid() throws {
        let evaluation = try evaluateLabels(cube(at: SIMD3(5, 5, 7)).labels(), against: cube(at: SIMD3(5, 5, 5)).labels())
        let l1 = try #require(evaluation.vertebrae.first)
        #expect(l1.dice == 0.8 && abs(l1.iou - 2.0 / 3) < 1e-12)
        #expect(l1.referenceVolume == 6000 && l1.predictedVolume == 6000)
        // The remaining tolerances are those of sums of doubles.
        #expect(abs(try #require(l1.centroidDistance) - 6) < 1e-9)
        let surface = try #require(l1.surface)
        #expect(abs(surface.average - (600 + 108 + 148) / 488.0) < 1e-9)
        #expect(abs(surface.hausdorff95 - 6) < 1e-9)
        #expect(l1.isComplete && l1.isIdentified && abs(l1.covered - 0.8) < 1e-12)
        #expect(evaluation.complete == evaluation.all && evaluation.all.identificationRate == 1)
        #expect(evaluation.warnings.isEmpty)
    }

    /// Only positions count, so turned and left-handed axes change nothing, when both maps have them.
    @Test(arguments: UInt64(1)...4) func turnedAndLeftHandedGridsGiveTheSame(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let turn: Rotation<Patient, Patient> = random.rotation()
        func turned(_ lower: SIMD3<Int>) throws -> LabelVolume {
            var map = cube(at: lower)
            map.axes = seed % 2 == 0 ? turn.columns : (-turn.columns.0, turn.columns.1, turn.columns.2)
            map.origin = Point(20, -130, 800)
            return try map.labels()
        }
        let plain = try evaluateLabels(cube(at: SIMD3(6, 4, 7)).labels(), against: cube(at: SIMD3(5, 5, 5)).labels()).vertebrae[0]
        let found = try evaluateLabels(turned(SIMD3(6, 4, 7)), against: turned(SIMD3(5, 5, 5))).vertebrae[0]
        #expect(found.dice == plain.dice && found.surface == plain.surface)
        #expect(abs(try #require(found.centroidDistance) - #require(plain.centroidDistance)) < 1e-9, "seed \(seed)")
    }

    /// The prediction's own axes are permuted and left-handed; its voxels are the reference's.
    @Test func aPredictionInAnotherOrderIsMeasuredWithoutLoss() throws {
        var reference = LabelBoxes()
        reference.size = SIMD3(20, 24, 28)
        reference.boxes = [(.t12, SIMD3(5, 6, 7), SIMD3(12, 10, 18))]
        // i runs along the reference's -z, j along +x, k along +y: index (i, j, k) here is (j, k, 27 - i) there.
        var other = LabelBoxes()
        other.size = SIMD3(28, 20, 24)
        other.axes = (SIMD3(0, 0, -1), SIMD3(1, 0, 0), SIMD3(0, 1, 0))
        other.origin = Point(0, 0, 27)
        other.boxes = [(.t12, SIMD3(10, 5, 6), SIMD3(21, 12, 10))]
        let evaluation = try evaluateLabels(other.labels(), against: reference.labels())
        #expect(evaluation.vertebrae[0].dice == 1 && evaluation.vertebrae[0].surface?.hausdorff95 == 0)
        #expect(evaluation.warnings.isEmpty, "\(evaluation.warnings)")
    }

    @Test func shiftedNamesShowAsShiftedAndNotOnlyAsDiceZero() throws {
        let reference = LabelBoxes.column([.t11, .t12, .l1, .l2])
        var named = reference
        named.boxes = zip(reference.boxes, [VertebraLevel.t12, .l1, .l2, .l3]).map { ($1, $0.lower, $0.upper) }
        let evaluation = try evaluateLabels(named.labels(), against: reference.labels())
        #expect(evaluation.vertebrae.allSatisfy { $0.dice == 0 && !$0.isIdentified && $0.match?.dice == 1 && $0.match?.shift == 1 })
        let naming = MapFindings.Naming(shift: 1, count: 4, matched: 4)
        #expect(evaluation.findings == MapFindings(missing: [], extra: [], merged: [], split: [], naming: naming))
        #expect(evaluation.all.dice?.mean == 0 && evaluation.all.averageSurfaceDistance?.count == 3)
    }

    @Test func worstComesFirstAndCutVertebraeAreToldApart() throws {
        var reference = LabelBoxes.column([.t11, .t12, .l1, .l2])
        reference.boxes[3].lower.z = 0
        var prediction = reference
        prediction.boxes[1].upper.z -= 1
        prediction.boxes[3].upper.z -= 3
        prediction.boxes.removeFirst()
        let evaluation = try evaluateLabels(prediction.labels(), against: reference.labels())
        #expect(evaluation.vertebrae.map(\.level) == [.t11, .l2, .t12, .l1])
        #expect(evaluation.vertebrae.map(\.isComplete) == [true, false, true, true])
        #expect(evaluation.complete.vertebraCount == 3 && evaluation.all.vertebraCount == 4)
        let t11 = evaluation.vertebrae[0]
        #expect(t11.surface == nil && t11.centroidDistance == nil && t11.predictedVolume == 0 && t11.match == nil)
        // Dice 0, 10/11 (five slices of six), 1; and 22/25 for L2 (11 slices of 14).
        #expect(abs(try #require(evaluation.complete.dice).mean - (10.0 / 11 + 1) / 3) < 1e-12)
        #expect(abs(try #require(evaluation.all.dice).median - (10.0 / 11 + 22.0 / 25) / 2) < 1e-12)
        #expect(evaluation.all.hausdorff95?.count == 3)
    }

    @Test func aReferenceWithoutVertebraeIsRefused() throws {
        let labels = try LabelBoxes().labels()
        #expect(throws: EvaluationError.noReferenceVertebra) { try evaluateLabels(labels, against: labels) }
    }

    @Test func anEmptyPredictionMissesEverything() throws {
        let evaluation = try evaluateLabels(LabelBoxes().labels(), against: LabelBoxes.column([.l1, .l2]).labels())
        #expect(evaluation.findings.missing == [.l1, .l2] && evaluation.findings.naming == nil)
        #expect(evaluation.all.identificationRate == 0 && evaluation.all.hausdorff95 == nil)
    }
}
