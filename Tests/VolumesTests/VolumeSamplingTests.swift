import Frames
import TestSupport
import Testing
import Volumes

@Suite struct VolumeSamplingTests {
    /// Trilinear interpolation is exact for a linear function, so the tolerance is rounding only.
    @Test func linearFunctionIsReproduced() throws {
        let grid = try GridGeometryTests.oblique(seed: 5)
        func f(_ p: Point<Patient>) -> Double { 2 + 0.5 * p.x - 0.25 * p.y + 0.125 * p.z }
        var volume = Volume<Double, Patient>(geometry: grid, repeating: 0)
        for k in 0..<10 { for j in 0..<30 { for i in 0..<20 { volume[i, j, k] = f(grid.point(at: SIMD3(i, j, k))) } } }
        var random = SeededGenerator(seed: 6)
        for _ in 0..<200 {
            let p = grid.point(at: SIMD3(random.double(0...19), random.double(0...29), random.double(0...9)))
            #expect(abs(try #require(volume.linear(at: p)) - f(p)) < 1e-8)
        }
    }

    @Test func outsideIsNil() throws {
        let grid = try GridGeometry<Patient>(size: SIMD3(2, 2, 1), spacing: SIMD3(1, 1, 1), origin: Point(0, 0, 0))
        let volume = Volume<Int16, Patient>(geometry: grid, repeating: 7)
        #expect(volume.linear(at: Point(0.5, 1, 0)) == 7)
        #expect(volume.linear(at: Point(1.01, 0, 0)) == nil)
        #expect(volume.linear(at: Point(.nan, 0, 0)) == nil)
        #expect(volume.nearest(at: Point(1.4, 0, 0)) == 7)
        #expect(volume.nearest(at: Point(-0.6, 0, 0)) == nil)
        #expect(volume.nearest(at: Point(.nan, 0, 0)) == nil)
    }
}
