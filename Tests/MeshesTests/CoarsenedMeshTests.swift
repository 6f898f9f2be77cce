import Frames
import TestSupport
import Testing
import Volumes

@testable import Meshes

@Suite struct CoarsenedMeshTests {
    /// A sphere keeps its place, shape and closure with fewer triangles.
    @Test func aSphereStaysOneWithFewerTriangles() throws {
        var random = SeededGenerator(seed: 5)
        let mask = try random.placed(.sphere(radius: 15)).mask(spacing: SIMD3(1, 1, 1), axes: random.axes())
        let fine = try surface(of: signedDistance(of: mask)).mesh
        let coarse = coarsened(fine, deviation: 0.1, longestEdge: 8)
        #expect(coarse.triangles.count < fine.triangles.count)
        #expect(abs(coarse.volume / fine.volume - 1) < 0.02)
        let (a, b) = (try #require(fine.bounds), try #require(coarse.bounds))
        #expect((a.lower - b.lower).length < 1 && (a.upper - b.upper).length < 1)
        #expect(coarse.topology.isClosedManifold)
    }
}
