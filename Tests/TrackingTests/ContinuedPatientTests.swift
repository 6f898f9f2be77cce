import Frames
import Testing
import Volumes

@testable import Tracking

@Suite struct ContinuedPatientTests {
    /// The patient's z runs along the grid's last axis, along its first, or against it.
    @Test(arguments: [0, 1, 2]) func itGoesOnAtBothEndsWithoutBone(_ way: Int) throws {
        let axes: [(SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)] = [
            (SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), (SIMD3(0, 0, 1), SIMD3(1, 0, 0), SIMD3(0, 1, 0)),
            (SIMD3(1, 0, 0), SIMD3(0, -1, 0), SIMD3(0, 0, -1)),
        ]
        let grid = try GridGeometry<Patient>(size: SIMD3(4, 4, 4), spacing: SIMD3(2, 2, 2), origin: Point(10, 20, 30), axes: axes[way])
        var rest = Volume<Float, Patient>(geometry: grid, repeating: 0.015)
        rest[1, 1, 1] = 0.05
        rest[0, 0, 0] = 0.05
        rest[3, 3, 3] = 0.05
        let longer = try continued(rest, by: 5, AttenuationParameters())
        #expect(longer.geometry.voxelCount == 16 * (4 + 2 * 3))
        for k in 0..<4 {
            for j in 0..<4 {
                for i in 0..<4 {
                    let point = grid.point(at: SIMD3(i, j, k))
                    #expect(try #require(longer.linear(at: point)) == Double(rest[i, j, k]))
                }
            }
        }
        // Beyond the first voxel's end, and beyond the last one's, which have bone in them.
        let ends = [grid.point(at: SIMD3(0, 0, 0)), grid.point(at: SIMD3(3, 3, 3))].sorted { $0.z < $1.z }
        let below = try #require(longer.linear(at: ends[0] - Vector(0, 0, 4)))
        let above = try #require(longer.linear(at: ends[1] + Vector(0, 0, 4)))
        #expect(abs(below - 0.021) < 1e-6 && abs(above - 0.021) < 1e-6)
        #expect(longer.linear(at: ends[0] - Vector(0, 0, 6.1)) == nil)
    }
}
