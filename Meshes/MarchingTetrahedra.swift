/// The zero surface of a field as a closed 2-manifold without self-intersections, turned outward.
///
/// Each cell is cut into six tetrahedra round its main diagonal (Kuhn 1960), the same way in all cells, so that neighbours agree. In a
/// tetrahedron the linear field has at most one plane piece, and pieces of different tetrahedra meet only on shared faces: the surface
/// is an embedded manifold by construction, with none of marching cubes' ambiguous cases. Source: Doi and Koide 1991.
///
/// Vertices are rounded to single precision, as files store them, so that what is checked here is what is printed.
/// - Parameter values: distances at the grid's nodes, mm; none is 0 (see `withoutGrazing`) and the outermost are positive.
/// - Complexity: linear in nodes.
func marchingTetrahedra(_ values: [Float], on grid: PlainGrid) -> PlainMesh {
    var march = TetrahedraMarch(values: values, grid: grid)
    for k in 0..<(grid.size.z - 1) { march.visitLayer(k) }
    return PlainMesh(vertices: march.vertices, triangles: march.triangles)
}

/// Values held away from 0, keeping signs: a surface that grazes a node makes triangles too small for single precision.
func withoutGrazing(_ values: [Float], spacing: Float) -> [Float] {
    let least = 0.05 * spacing
    return values.map { $0 < 0 ? min($0, -least) : max($0, least) }
}

/// The six orders in which a path along the axes leads from a cell's corner 0 to corner 7; each is a tetrahedron's four corners.
/// Corners are numbered x + 2y + 4z.
private let tetrahedra: [(corners: [Int], isEven: Bool)] = [
    ([0, 1, 3, 7], true), ([0, 1, 5, 7], false), ([0, 2, 3, 7], false), ([0, 2, 6, 7], true), ([0, 4, 5, 7], true), ([0, 4, 6, 7], false),
]

/// For each of the 16 sign patterns of a positively turned tetrahedron (bit n set: corner n inside), its triangles as pairs of corners.
private let patterns: [[[(Int, Int)]]] = (0..<16).map { pattern in
    let inside = (0..<4).filter { pattern >> $0 & 1 == 1 }
    let outside = (0..<4).filter { pattern >> $0 & 1 == 0 }
    let isEven = isEvenPermutation(inside + outside)
    switch inside.count {
    case 1:
        let i = inside[0]
        let (a, b, c) = (outside[0], outside[1], outside[2])
        return [isEven ? [(i, a), (i, b), (i, c)] : [(i, a), (i, c), (i, b)]]
    case 2:
        let (i, j) = (inside[0], inside[1])
        let (k, l) = isEven ? (outside[0], outside[1]) : (outside[1], outside[0])
        return [[(i, k), (i, l), (j, l)], [(i, k), (j, l), (j, k)]]
    case 3:
        let o = outside[0]
        let (a, b, c) = (inside[0], inside[1], inside[2])
        // Moving the outside corner to the front passes three others: the parity turns.
        return [isEven ? [(o, a), (o, b), (o, c)] : [(o, a), (o, c), (o, b)]]
    default: return []
    }
}

private func isEvenPermutation(_ order: [Int]) -> Bool {
    var inversions = 0
    for a in order.indices {
        for b in order.indices where b > a && order[b] < order[a] { inversions += 1 }
    }
    return inversions % 2 == 0
}

private struct TetrahedraMarch {
    let values: [Float]
    let grid: PlainGrid
    var vertices: [SIMD3<Double>] = []
    var triangles: [SIMD3<UInt32>] = []
    /// The vertex on each edge that starts in this layer and in the next, `none` before it is made: seven edges a node, by direction.
    private var lower: [UInt32]
    private var upper: [UInt32]
    private let none = UInt32.max

    init(values: [Float], grid: PlainGrid) {
        self.values = values
        self.grid = grid
        lower = Array(repeating: none, count: 7 * grid.size.x * grid.size.y)
        upper = lower
    }

    mutating func visitLayer(_ k: Int) {
        let nx = grid.size.x
        let plane = nx * grid.size.y
        for j in 0..<(grid.size.y - 1) {
            for i in 0..<(nx - 1) {
                let base = k * plane + j * nx + i
                var signs = 0
                for corner in 0..<8 where values[base + offset(corner, nx, plane)] < 0 { signs |= 1 << corner }
                if signs != 0 && signs != 255 { visitCell(SIMD3(i, j, k), base, signs) }
            }
        }
        swap(&lower, &upper)
        for n in upper.indices { upper[n] = none }
    }

    private func offset(_ corner: Int, _ nx: Int, _ plane: Int) -> Int { (corner & 1) + (corner >> 1 & 1) * nx + (corner >> 2) * plane }

    private mutating func visitCell(_ cell: SIMD3<Int>, _ base: Int, _ signs: Int) {
        for (corners, isEven) in tetrahedra {
            var pattern = 0
            for n in 0..<4 { pattern |= (signs >> corners[n] & 1) << n }
            for triangle in patterns[pattern] {
                var t = SIMD3<UInt32>()
                for n in 0..<3 {
                    let (a, b) = (corners[triangle[n].0], corners[triangle[n].1])
                    t[n] = vertex(cell, min(a, b), max(a, b))
                }
                triangles.append(isEven ? t : SIMD3(t.x, t.z, t.y))
            }
        }
    }

    /// The vertex on the edge between two corners of a cell; the bits of `a` are a part of those of `b`.
    private mutating func vertex(_ cell: SIMD3<Int>, _ a: Int, _ b: Int) -> UInt32 {
        let start = cell &+ SIMD3(a & 1, a >> 1 & 1, a >> 2)
        let direction = a ^ b
        let slot = 7 * (start.y * grid.size.x + start.x) + direction - 1
        let isUpper = start.z > cell.z
        let known = isUpper ? upper[slot] : lower[slot]
        if known != none { return known }
        let step = SIMD3(direction & 1, direction >> 1 & 1, direction >> 2)
        let from = values[grid.offset(start.x, start.y, start.z)]
        let to = values[grid.offset(start.x + step.x, start.y + step.y, start.z + step.z)]
        let fraction = Double(from) / (Double(from) - Double(to))
        let point = grid.point(at: SIMD3<Double>(start) + fraction * SIMD3<Double>(step))
        let made = UInt32(vertices.count)
        vertices.append(SIMD3<Double>(SIMD3<Float>(point)))
        if isUpper { upper[slot] = made } else { lower[slot] = made }
        return made
    }
}
