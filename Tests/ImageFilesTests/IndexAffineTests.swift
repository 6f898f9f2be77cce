import Frames
import TestSupport
import Testing
import Volumes

@testable import ImageFiles

@Suite struct IndexAffineTests {
    @Test func keepsHandednessAndPoints() throws {
        let affine = IndexAffine(steps: (SIMD3(-1, 0, 0), SIMD3(0, 2, 0), SIMD3(0, 0, 3)), origin: SIMD3(4, 5, 6))
        let grid = try affine.grid(size: SIMD3(10, 10, 10), path: "x")
        #expect(!grid.isRightHanded)
        #expect(grid.point(at: SIMD3(1, 1, 1)) == Point(3, 7, 9))
        #expect(orientationName(of: grid) == "RPS")
    }

    /// Directions rounded to 6 digits, as files have them, are straightened; the corners move by less than the 0.05 mm allowed.
    @Test(arguments: UInt64(1)...20) func roundedDirections(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let turn: RigidTransform<Patient, Vertebra> = random.transform()
        func axis(_ v: UnitVector<Vertebra>) -> SIMD3<Double> { ((turn * v).xyz * 1e6).rounded(.toNearestOrAwayFromZero) / 1e6 }
        let steps = (axis(.x) * 0.7, axis(.y) * 0.7, axis(.z) * 1.25)
        let affine = IndexAffine(steps: steps, origin: SIMD3(1, 2, 3))
        let size = SIMD3(512, 512, 400)
        let grid = try affine.grid(size: size, path: "x")
        let corner = SIMD3<Double>(size) - 1
        #expect((grid.point(at: corner).xyz - affine.point(corner)).length < 0.05)
    }

    @Test func shearIsRefused() {
        let affine = IndexAffine(steps: (SIMD3(1, 0, 0), SIMD3(0.01, 1, 0), SIMD3(0, 0, 1)), origin: SIMD3())
        #expect(throws: ImageFileError.self) { try affine.grid(size: SIMD3(100, 100, 100), path: "x") }
    }

    @Test func unusableNumbersAreRefused() {
        for bad in [SIMD3(0, 0, 0), SIMD3(Double.nan, 0, 0), SIMD3(0, 1, 0), SIMD3(1000.0, 0, 0)] {
            let affine = IndexAffine(steps: (bad, SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: SIMD3())
            #expect(throws: ImageFileError.self) { try affine.grid(size: SIMD3(5, 5, 5), path: "x") }
        }
    }
}
