/// A closed manifold mesh with fewer triangles, for looking at: edges collapsed as in `surface`, which says what holds, without its search for
/// self-intersections. Not for printing.
///
/// - Parameters:
///   - deviation: how far a new vertex may lie from the planes that it stands for, root mean square, mm.
///   - longestEdge: mm.
/// - Complexity: linear in triangles.
public func coarsened<F>(_ mesh: TriangleMesh<F>, deviation: Double, longestEdge: Double) -> TriangleMesh<F> {
    TriangleMesh(collapsed(mesh.plain, deviation: deviation, longestEdge: longestEdge))
}
