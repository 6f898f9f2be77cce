import Frames

/// A closed manifold mesh with short and superfluous edges collapsed.
///
/// Passes with a rising limit collapse each edge whose replacement vertex keeps within the limit of the planes that it stands for (root mean
/// square). A collapse is done only when the mesh stays a closed manifold (link condition), no triangle turns by more than 45°, none becomes a
/// sliver and no edge exceeds `longestEdge`. Vertices stay single precision. Vertices in `locked` do not move.
///
/// It cannot see other parts of the surface nearby: the caller checks for self-intersection.
/// Complexity: linear in triangles (a fixed number of passes).
func collapsed(_ mesh: PlainMesh, deviation: Double, longestEdge: Double, locked: Set<UInt32> = []) -> PlainMesh {
    var collapse = EdgeCollapse(mesh, longestEdge: longestEdge, locked: locked)
    for part in [0.1, 0.3, 1] {
        // A pass rests what it touched; a few go on until little is gained. The bound only guards against a mesh that never settles.
        for _ in 0..<12 {
            let gone = collapse.pass(limit: part * deviation)
            if gone * 50 < collapse.aliveCount { break }
        }
    }
    return collapse.result()
}

private struct EdgeCollapse {
    private var positions: [SIMD3<Double>]
    private var triangles: [SIMD3<UInt32>]
    private var isAlive: [Bool]
    private(set) var aliveCount: Int
    private var around: [[UInt32]]
    private var quadrics: [ErrorQuadric]
    private var isLocked: [Bool]
    private let longestSquare: Double
    /// The pass in which a vertex last changed: its neighbourhood rests until the next pass, so collapses spread evenly.
    private var changed: [UInt8]
    private var passNumber: UInt8 = 0
    private var marks: [UInt32]
    private var mark: UInt32 = 0

    init(_ mesh: PlainMesh, longestEdge: Double, locked: Set<UInt32>) {
        let count = mesh.vertices.count
        positions = mesh.vertices
        triangles = mesh.triangles
        isAlive = Array(repeating: true, count: triangles.count)
        aliveCount = triangles.count
        around = Array(repeating: [], count: count)
        quadrics = Array(repeating: ErrorQuadric(), count: count)
        isLocked = (0..<count).map { locked.contains(UInt32($0)) }
        longestSquare = longestEdge * longestEdge
        changed = Array(repeating: 0, count: count)
        marks = Array(repeating: 0, count: count)
        for (n, t) in triangles.enumerated() {
            let (a, b, c) = mesh.corners(of: t)
            let normal = (b - a).cross(c - a)
            let twiceArea = normal.length
            let quadric = twiceArea > 0 ? ErrorQuadric(point: a, normal: normal / twiceArea, weight: twiceArea / 2) : ErrorQuadric()
            for v in 0..<3 {
                around[Int(t[v])].append(UInt32(n))
                quadrics[Int(t[v])] = quadrics[Int(t[v])] + quadric
            }
        }
    }

    /// Collapses what it may once; returns how many edges went.
    mutating func pass(limit: Double) -> Int {
        passNumber += 1
        let before = aliveCount
        for n in triangles.indices where isAlive[n] {
            for side in 0..<3 where isAlive[n] {
                let t = triangles[n]
                let (u, v) = (t[side], t[(side + 1) % 3])
                // Each edge is seen from both triangles; one is enough.
                if u < v { tryCollapse(u, v, limit: limit * limit) }
            }
        }
        return (before - aliveCount) / 2
    }

    private mutating func tryCollapse(_ u: UInt32, _ v: UInt32, limit: Double) {
        let (a, b) = (Int(u), Int(v))
        guard !isLocked[a], !isLocked[b], changed[a] != passNumber, changed[b] != passNumber else { return }
        let quadric = quadrics[a] + quadrics[b]
        let best = quadric.minimiser(near: (positions[a] + positions[b]) / 2)
        let place = SIMD3<Double>(SIMD3<Float>(best))
        guard quadric.meanSquare(at: place) <= limit, keepsManifold(u, v), keepsShape(a, without: v, at: place),
            keepsShape(b, without: u, at: place)
        else { return }
        merge(v, into: u, at: place, quadric)
    }

    /// The link condition: the two vertices have just two neighbours in common, those of the edge's two triangles, each with more to spare.
    private mutating func keepsManifold(_ u: UInt32, _ v: UInt32) -> Bool {
        mark += 1
        for n in around[Int(u)] {
            for c in 0..<3 { marks[Int(triangles[Int(n)][c])] = mark }
        }
        var common: [UInt32] = []
        for n in around[Int(v)] {
            for c in 0..<3 {
                let w = triangles[Int(n)][c]
                if w != u, w != v, marks[Int(w)] == mark, !common.contains(w) { common.append(w) }
            }
        }
        return common.count == 2 && common.allSatisfy { around[Int($0)].count > 3 }
    }

    /// Whether the triangles round `vertex` that do not hold `other` keep their side and shape when it moves to `place`.
    private func keepsShape(_ vertex: Int, without other: UInt32, at place: SIMD3<Double>) -> Bool {
        for n in around[vertex] {
            let t = triangles[Int(n)]
            if t.x == other || t.y == other || t.z == other { continue }
            let corner = Int(t.x) == vertex ? 0 : Int(t.y) == vertex ? 1 : 2
            let p = positions[Int(t[(corner + 1) % 3])]
            let q = positions[Int(t[(corner + 2) % 3])]
            let old = positions[vertex]
            let before = (p - old).cross(q - old)
            let after = (p - place).cross(q - place)
            let (lengthBefore, lengthAfter) = (before.length, after.length)
            guard (before * after).sum() > 0.7 * lengthBefore * lengthAfter else { return false }
            let (e0, e1, e2) = (q - p, place - p, place - q)
            let squares = SIMD3((e0 * e0).sum(), (e1 * e1).sum(), (e2 * e2).sum())
            guard squares.max() <= longestSquare else { return false }
            // 1 for an equilateral triangle; 0.3 is about a 1:4 height to base.
            let shape = 3.4641 * lengthAfter / squares.sum()
            if shape < 0.3 {
                let (o1, o2) = (old - p, old - q)
                guard shape > 3.4641 * lengthBefore / (squares.x + (o1 * o1).sum() + (o2 * o2).sum()) else { return false }
            }
        }
        return true
    }

    private mutating func merge(_ v: UInt32, into u: UInt32, at place: SIMD3<Double>, _ quadric: ErrorQuadric) {
        positions[Int(u)] = place
        quadrics[Int(u)] = quadric
        for n in around[Int(v)] {
            let t = triangles[Int(n)]
            if t.x == u || t.y == u || t.z == u {
                isAlive[Int(n)] = false
                aliveCount -= 1
                for c in 0..<3 where t[c] != v { around[Int(t[c])].removeAll { $0 == n } }
            } else {
                for c in 0..<3 where t[c] == v { triangles[Int(n)][c] = u }
                around[Int(u)].append(n)
            }
        }
        around[Int(v)] = []
        for n in around[Int(u)] {
            for c in 0..<3 { changed[Int(triangles[Int(n)][c])] = passNumber }
        }
    }

    func result() -> PlainMesh {
        var renumbered = [UInt32](repeating: .max, count: positions.count)
        var mesh = PlainMesh()
        for n in triangles.indices where isAlive[n] {
            var t = triangles[n]
            for c in 0..<3 {
                let old = Int(t[c])
                if renumbered[old] == .max {
                    renumbered[old] = UInt32(mesh.vertices.count)
                    mesh.vertices.append(positions[old])
                }
                t[c] = renumbered[old]
            }
            mesh.triangles.append(t)
        }
        return mesh
    }
}
