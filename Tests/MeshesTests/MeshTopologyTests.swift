import Frames
import Testing

@testable import Meshes

/// A tetrahedron whose faces look outward.
private let tetrahedron = TriangleMesh<Patient>(
    vertices: [SIMD3(0, 0, 0), SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)],
    triangles: [SIMD3(0, 2, 1), SIMD3(0, 1, 3), SIMD3(0, 3, 2), SIMD3(1, 2, 3)])

@Suite struct MeshTopologyTests {
    @Test func closedSurface() {
        let topology = tetrahedron.topology
        #expect(topology.isClosedManifold && topology.components == 1 && topology.eulerCharacteristic == 2 && topology.genus == 0)
        #expect(abs(tetrahedron.volume - 1.0 / 6) < 1e-15)
        #expect(abs(tetrahedron.area - (1.5 + 3.0.squareRoot() / 2)) < 1e-12)
    }

    @Test func openSurface() {
        var mesh = tetrahedron
        mesh.triangles.removeLast()
        #expect(mesh.topology.badEdges == 3)
    }

    @Test func flippedTriangle() {
        var mesh = tetrahedron
        mesh.triangles[3] = SIMD3(1, 3, 2)
        #expect(mesh.topology.badEdges == 3)
    }

    /// Two tetrahedra that share a corner: all edges are sound, the corner is not.
    @Test func pinchedVertex() {
        var mesh = tetrahedron
        let base = UInt32(mesh.vertices.count) - 1
        mesh.vertices += tetrahedron.vertices.dropFirst().map { -$0 }
        // A point reflection turns the faces round.
        mesh.triangles += tetrahedron.triangles.map { t in
            func moved(_ v: UInt32) -> UInt32 { v == 0 ? 0 : base + v }
            return SIMD3(moved(t.x), moved(t.z), moved(t.y))
        }
        let topology = mesh.topology
        #expect(topology.badEdges == 0 && topology.badVertices == 1 && !topology.isClosedManifold)
    }

    /// Distinct in double precision, the same once in a file.
    @Test func trianglesThatSinglePrecisionCloses() {
        var mesh = tetrahedron
        mesh.vertices = mesh.vertices.map { 1000 + 1e-6 * $0 }
        #expect(mesh.topology.degenerateTriangles == 4)
    }

    @Test func intersectionIsFoundAndTouchingFarAwayIsNot() {
        let far = tetrahedron.vertices.map { $0 + SIMD3(5, 0, 0) }
        let through = tetrahedron.vertices.map { $0 + SIMD3(0.2, 0.1, 0.1) }
        func joined(_ other: [SIMD3<Double>]) -> TriangleMesh<Patient> {
            .joined([tetrahedron, TriangleMesh(vertices: other, triangles: tetrahedron.triangles)])
        }
        #expect(tetrahedron.selfIntersectingTriangles().isEmpty)
        #expect(joined(far).selfIntersectingTriangles().isEmpty)
        #expect(!joined(through).selfIntersectingTriangles().isEmpty)
    }

    /// A triangle folded through its neighbour across a shared corner.
    @Test func intersectionAtASharedCornerIsFound() {
        let mesh = TriangleMesh<Patient>(
            vertices: [SIMD3(0, 0, 0), SIMD3(4, 0, 0), SIMD3(0, 4, 0), SIMD3(2, 1, -1), SIMD3(1, 1, 1)],
            triangles: [SIMD3(0, 1, 2), SIMD3(0, 3, 4)])
        #expect(mesh.selfIntersectingTriangles() == [0, 1])
    }
}
