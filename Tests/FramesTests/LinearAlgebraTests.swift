import Frames
import TestSupport
import Testing

@Suite struct LinearAlgebraTests {
    @Test(arguments: UInt64(1)...10) func rigidFitFindsTheTransform(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let truth: RigidTransform<Patient, Vertebra> = random.transform()
        let points: [Point<Vertebra>] = (0..<8).map { _ in random.point(in: -40...40) }
        let (fit, rms) = try rigidFit(from: points, to: points.map { truth * $0 })
        #expect(rms < 1e-9)
        #expect((fit.rotation * truth.rotation.inverse).angle < 1e-9)
        #expect((fit.translation - truth.translation).length < 1e-9)
    }

    @Test func rigidFitNeedsThreePairs() {
        let two = [Point<Patient>(0, 0, 0), Point(1, 0, 0)]
        #expect(throws: LinearAlgebraError.tooFew(count: 2, needed: 3)) {
            let _: (transform: RigidTransform<Patient, Patient>, rms: Double) = try rigidFit(from: two, to: two)
        }
    }

    @Test(arguments: UInt64(1)...10) func planeFitFindsAKnownPlane(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let toPatient: RigidTransform<Patient, Vertebra> = random.transform()
        let flat = (0..<50).map { _ in Point<Vertebra>(random.double(-20...20), random.double(-20...20), 0) }
        let (plane, rms) = try planeFit(to: flat.map { toPatient * $0 })
        let normal = toPatient * UnitVector<Vertebra>.z
        #expect(rms < 1e-6)
        #expect(min(plane.normal.angle(to: normal), (-plane.normal).angle(to: normal)) < 1e-7)
    }

    @Test func leastSquaresFitsALine() throws {
        // y = 2 + 3 x, with errors that cancel
        let x = try leastSquares([1, 0, 1, 1, 1, 2, 1, 3], columns: 2, [2.1, 4.9, 7.9, 11.1])
        #expect(abs(x[0] - 2) < 0.05 && abs(x[1] - 3) < 0.05)
        #expect(throws: LinearAlgebraError.singular) { try leastSquares([1, 1, 1, 1], columns: 2, [1, 2]) }
    }

    @Test func positiveSystemsAreSolvedColumnByColumn() throws {
        // 4 x + y = 6, x + 3 y = 7 for the first column; the second is the first axis
        let x = try solvePositive([4, 1, 1, 3], [6, 1, 7, 0], columns: 2)
        #expect(zip(x, [1, 3.0 / 11, 2, -1.0 / 11]).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(throws: LinearAlgebraError.singular) { try solvePositive([1, 2, 2, 1], [1, 1]) }
    }
}
