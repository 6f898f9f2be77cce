import Frames
import Volumes

/// A surface made from a field, and what had to be changed to make it one solid body.
public struct SolidSurface<F: CoordinateFrame>: Sendable {
    public let mesh: TriangleMesh<F>
    public let repairs: SolidRepairs
}

/// The zero surface of a field as a printable mesh: one closed 2-manifold component without cavities or self-intersections, facing
/// outward, millimetres, vertices exact in single precision.
///
/// 1. All but the largest piece is dropped, cavities are filled (`SolidRepairs` says what).
/// 2. Marching tetrahedra: embedded and manifold by construction.
/// 3. Edges are collapsed within `parameters.meshDeviation`. Where that makes parts of the surface meet, it is done again with those parts
///    left as they were; at worst the mesh of step 2 is returned.
/// - Throws: `MeshError.emptySurface` when nothing is inside.
/// - Complexity: linear in the field's nodes.
public func surface<F>(of field: SignedDistanceField<F>, parameters: SurfaceParameters = .init()) throws -> SolidSurface<F> {
    try parameters.validate()
    let (fine, repairs) = try uncollapsedSurface(of: field)
    return SolidSurface(mesh: TriangleMesh(collapsedWithoutIntersections(fine, parameters)), repairs: repairs)
}

/// Steps 1 and 2 of `surface`.
func uncollapsedSurface<F>(of field: SignedDistanceField<F>) throws -> (mesh: PlainMesh, repairs: SolidRepairs) {
    let grid = field.volume.geometry
    let spacing = Float(field.spacing)
    let (solid, repairs) = solidified(field.volume.voxels, size: grid.size, spacing: spacing)
    let fine = marchingTetrahedra(withoutGrazing(solid, spacing: spacing), on: PlainGrid(grid))
    guard !fine.triangles.isEmpty else { throw MeshError.emptySurface }
    return (fine, repairs)
}

/// Step 3 of `surface`; vertices in `locked` stay where they are.
func collapsedWithoutIntersections(_ fine: PlainMesh, _ parameters: SurfaceParameters, locked: Set<UInt32> = []) -> PlainMesh {
    var locked = locked
    for _ in 0..<4 {
        let coarse = collapsed(
            fine, deviation: parameters.meshDeviation, longestEdge: parameters.longestEdge, locked: locked)
        let hits = coarse.selfIntersectingTriangles()
        if hits.isEmpty { return coarse }
        locked.formUnion(vertices(of: fine, near: hits.map { coarse.corners(of: coarse.triangles[$0]) }, within: 1))
    }
    return fine
}

/// The vertices within `reach` mm of the box of any of the triangles given.
func vertices(of mesh: PlainMesh, near triangles: [Corners], within reach: Double) -> [UInt32] {
    let boxes = triangles.map { t in
        (pointwiseMin(t.0, pointwiseMin(t.1, t.2)) - reach, pointwiseMax(t.0, pointwiseMax(t.1, t.2)) + reach)
    }
    return mesh.vertices.indices.filter { n in
        boxes.contains { all(mesh.vertices[n] .>= $0.0) && all(mesh.vertices[n] .<= $0.1) }
    }.map { UInt32($0) }
}
