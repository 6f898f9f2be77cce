import Frames

/// How a mesh hangs together.
public struct MeshTopology: Equatable, Sendable {
    /// Vertices - edges + triangles.
    public let eulerCharacteristic: Int
    /// Sets of triangles joined by shared vertices.
    public let components: Int
    /// Edges that do not join exactly two triangles running in opposite directions along them. None in a closed, consistently turned surface.
    public let badEdges: Int
    /// Vertices whose triangles do not form one closed fan.
    public let badVertices: Int
    /// Triangles with a repeated corner or an area of 0 once coordinates are rounded to single precision, as in an STL file.
    public let degenerateTriangles: Int

    /// Whether the surface is a closed 2-manifold, turned consistently, without degenerate triangles.
    public var isClosedManifold: Bool { badEdges == 0 && badVertices == 0 && degenerateTriangles == 0 }
    /// The number of handles: 1 for a vertebra (its canal); meaningful for a closed manifold.
    public var genus: Int { components - eulerCharacteristic / 2 }
}

extension TriangleMesh {
    /// Complexity: O(n log n) in triangles.
    public var topology: MeshTopology { plain.topology }
}

extension PlainMesh {
    var topology: MeshTopology {
        let uses = directedEdges()
        var edges = 0
        var bad = 0
        var at = 0
        while at < uses.count {
            var end = at
            var forward = 0
            while end < uses.count, uses[end] >> 1 == uses[at] >> 1 {
                forward += Int(uses[end] & 1)
                end += 1
            }
            edges += 1
            if end - at != 2 || forward != 1 { bad += 1 }
            at = end
        }
        let (components, usedVertices) = countComponents()
        return MeshTopology(
            eulerCharacteristic: usedVertices - edges + triangles.count, components: components, badEdges: bad,
            badVertices: countBadVertices(), degenerateTriangles: triangles.count { isDegenerate($0) })
    }

    /// Each side of each triangle as (lower vertex, higher vertex, direction) in one sortable number.
    private func directedEdges() -> [UInt64] {
        precondition(vertices.count < 1 << 31, "a mesh of two thousand million vertices")
        var uses: [UInt64] = []
        uses.reserveCapacity(3 * triangles.count)
        for t in triangles {
            for (a, b) in [(t.x, t.y), (t.y, t.z), (t.z, t.x)] {
                uses.append(UInt64(min(a, b)) << 32 | UInt64(max(a, b)) << 1 | (a < b ? 1 : 0))
            }
        }
        uses.sort()
        return uses
    }

    private func countComponents() -> (components: Int, usedVertices: Int) {
        var sets = DisjointSets(count: vertices.count)
        var used = [Bool](repeating: false, count: vertices.count)
        for t in triangles {
            sets.join(Int(t.x), Int(t.y))
            sets.join(Int(t.y), Int(t.z))
            used[Int(t.x)] = true
            used[Int(t.y)] = true
            used[Int(t.z)] = true
        }
        return (used.indices.count { used[$0] && sets.root(of: $0) == $0 }, used.count { $0 })
    }

    /// At a manifold vertex the sides opposite to it form one closed ring.
    private func countBadVertices() -> Int {
        var next: [[(UInt32, UInt32)]] = Array(repeating: [], count: vertices.count)
        for t in triangles {
            next[Int(t.x)].append((t.y, t.z))
            next[Int(t.y)].append((t.z, t.x))
            next[Int(t.z)].append((t.x, t.y))
        }
        return next.count { ring in
            guard let start = ring.first else { return false }
            var at = start.1
            var steps = 1
            while at != start.0 {
                guard let link = ring.first(where: { $0.0 == at }), steps <= ring.count else { return true }
                at = link.1
                steps += 1
            }
            return steps != ring.count
        }
    }

    private func isDegenerate(_ t: SIMD3<UInt32>) -> Bool {
        guard t.x != t.y, t.y != t.z, t.z != t.x else { return true }
        let (a, b, c) = corners(of: t)
        let fa = SIMD3<Double>(SIMD3<Float>(a))
        let normal = (SIMD3<Double>(SIMD3<Float>(b)) - fa).cross(SIMD3<Double>(SIMD3<Float>(c)) - fa)
        return !(normal.length > 0)
    }
}

/// Sets of numbers that can be joined (union-find with path halving).
struct DisjointSets {
    private var parents: [Int]

    init(count: Int) { parents = Array(0..<count) }

    mutating func root(of member: Int) -> Int {
        var at = member
        while parents[at] != at {
            parents[at] = parents[parents[at]]
            at = parents[at]
        }
        return at
    }

    mutating func join(_ a: Int, _ b: Int) {
        let (ra, rb) = (root(of: a), root(of: b))
        // The smaller number stays, so the outcome does not depend on the order of joins.
        if ra != rb { parents[max(ra, rb)] = min(ra, rb) }
    }
}
