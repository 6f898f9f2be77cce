import Frames

/// `surfaces`, one of each of `fields`, without contacts between them.
///
/// Surfaces of `separated` fields are apart before their edges are collapsed; collapsing may bridge the clearance. Those that meet are collapsed
/// again with the vertices near the contact locked, at worst not at all.
/// - Complexity: linear in the triangles of surfaces whose boxes meet.
public func withoutContacts<F>(
    _ surfaces: [SolidSurface<F>], of fields: [SignedDistanceField<F>], parameters: SurfaceParameters = .init()
) throws -> [SolidSurface<F>] {
    precondition(surfaces.count == fields.count, "each surface needs the field that it was made from")
    var surfaces = surfaces
    var locked = Array(repeating: Set<UInt32>(), count: surfaces.count)
    for attempt in 0..<4 {
        let contacts = contacts(between: surfaces.map(\.mesh.plain))
        if contacts.allSatisfy(\.isEmpty) { break }
        for n in surfaces.indices where !contacts[n].isEmpty {
            let (fine, repairs) = try uncollapsedSurface(of: fields[n])
            locked[n].formUnion(vertices(of: fine, near: contacts[n], within: 1))
            let mesh = attempt < 3 ? collapsedWithoutIntersections(fine, parameters, locked: locked[n]) : fine
            surfaces[n] = SolidSurface(mesh: TriangleMesh(mesh), repairs: repairs)
        }
    }
    return surfaces
}

/// For each mesh the corners of its triangles that cut or touch another mesh.
private func contacts(between meshes: [PlainMesh]) -> [[Corners]] {
    var found = Array(repeating: [Corners](), count: meshes.count)
    for m in meshes.indices {
        for n in meshes.indices.dropFirst(m + 1) {
            let (a, b) = (meshes[m].part(within: meshes[n].bounds), meshes[n].part(within: meshes[m].bounds))
            guard !a.triangles.isEmpty, !b.triangles.isEmpty else { continue }
            let both = TriangleMesh<Patient>.joined([TriangleMesh(a), TriangleMesh(b)]).plain
            for hit in both.selfIntersectingTriangles() {
                found[hit < a.triangles.count ? m : n].append(both.corners(of: both.triangles[hit]))
            }
        }
    }
    return found
}

extension PlainMesh {
    /// The triangles whose boxes reach into a box; all vertices stay.
    fileprivate func part(within box: (lower: SIMD3<Double>, upper: SIMD3<Double>)) -> PlainMesh {
        PlainMesh(
            vertices: vertices,
            triangles: triangles.filter { t in
                let (a, b, c) = corners(of: t)
                return all(pointwiseMin(a, pointwiseMin(b, c)) .<= box.upper) && all(pointwiseMax(a, pointwiseMax(b, c)) .>= box.lower)
            })
    }
}
