import Frames
import TestSupport
import Testing
import Volumes

@Suite struct GridGeometryTests {
    static func oblique(seed: UInt64, leftHanded: Bool = false) throws -> GridGeometry<Patient> {
        var random = SeededGenerator(seed: seed)
        let r: Rotation<Patient, Patient> = random.rotation()
        let (x, y, z) = r.columns
        return try GridGeometry(
            size: SIMD3(20, 30, 10), spacing: SIMD3(0.7, 0.8, 2.5), origin: random.point(), axes: (x, y, leftHanded ? -z : z))
    }

    @Test(arguments: UInt64(1)...20, [false, true]) func indexAndPointUndoEachOther(seed: UInt64, leftHanded: Bool) throws {
        let grid = try Self.oblique(seed: seed, leftHanded: leftHanded)
        #expect(grid.isRightHanded == !leftHanded)
        let index = SIMD3(3.25, 17.5, -4.0)
        #expect((grid.index(of: grid.point(at: index)) - index).length < 1e-9)
    }

    @Test func croppingKeepsPoints() throws {
        let grid = try Self.oblique(seed: 3)
        let part = try grid.cropped(from: SIMD3(2, 3, 4), to: SIMD3(10, 9, 8))
        #expect(part.point(at: SIMD3(1, 1, 1)).distance(to: grid.point(at: SIMD3(3, 4, 5))) < 1e-9)
        #expect(part.size == SIMD3(8, 6, 4))
    }

    @Test func badGeometryIsRefused() {
        func grid(_ size: SIMD3<Int>, _ spacing: SIMD3<Double>) throws -> GridGeometry<Patient> {
            try GridGeometry(size: size, spacing: spacing, origin: Point(0, 0, 0))
        }
        let one = SIMD3(1, 1, 1)
        #expect(throws: GridError.self) { try grid(SIMD3(0, 1, 1), SIMD3(1, 1, 1)) }
        #expect(throws: GridError.self) { try grid(one, SIMD3(1, 1, 0)) }
        #expect(throws: GridError.self) { try grid(one, SIMD3(1, .nan, 1)) }
        #expect(throws: GridError.self) {
            try GridGeometry<Patient>(
                size: SIMD3(1, 1, 1), spacing: SIMD3(1, 1, 1), origin: Point(0, 0, 0),
                axes: (SIMD3(1, 0, 0), SIMD3(0.1, 1, 0), SIMD3(0, 0, 1)))
        }
    }
}
