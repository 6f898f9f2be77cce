import Frames

extension TriangleMesh {
    /// The triangles that cut or touch a triangle with which they share no edge, in ascending order; none in an embedded surface.
    public func selfIntersectingTriangles() -> [Int] { plain.selfIntersectingTriangles() }
}

extension PlainMesh {
    /// The triangles that cut or touch a triangle with which they share no edge, in ascending order; none in an embedded surface.
    ///
    /// Triangles are binned into cubes of about twice their size; within a cube each pair is tested edge against face. Two triangles that
    /// share one corner are tested by their opposite sides alone. Complexity: about linear in triangles of similar size.
    func selfIntersectingTriangles() -> [Int] {
        guard !triangles.isEmpty else { return [] }
        let bins = TriangleBins(self)
        var isHit = [Bool](repeating: false, count: triangles.count)
        bins.forEachPair { a, b in
            if (!isHit[a] || !isHit[b]) && intersects(a, b) {
                isHit[a] = true
                isHit[b] = true
            }
        }
        return isHit.indices.filter { isHit[$0] }
    }

    private func intersects(_ m: Int, _ n: Int) -> Bool {
        let (s, t) = (triangles[m], triangles[n])
        var shared = 0
        for c in 0..<3 where s[c] == t.x || s[c] == t.y || s[c] == t.z { shared += 1 }
        if shared >= 2 { return false }
        let (p, q) = (corners(of: s), corners(of: t))
        guard boxesMeet(p, q) else { return false }
        return sides(of: s, cut: q, of: t) || sides(of: t, cut: p, of: s)
    }

    private func sides(of s: SIMD3<UInt32>, cut face: Corners, of t: SIMD3<UInt32>) -> Bool {
        for c in 0..<3 {
            let (a, b) = (s[c], s[(c + 1) % 3])
            // A side that starts at the shared corner meets the other face there, which is no intersection.
            if a == t.x || a == t.y || a == t.z || b == t.x || b == t.y || b == t.z { continue }
            if segment(vertices[Int(a)], vertices[Int(b)], cuts: face) { return true }
        }
        return false
    }
}

private func boxesMeet(_ p: Corners, _ q: Corners) -> Bool {
    let (pl, pu) = (pointwiseMin(p.0, pointwiseMin(p.1, p.2)), pointwiseMax(p.0, pointwiseMax(p.1, p.2)))
    let (ql, qu) = (pointwiseMin(q.0, pointwiseMin(q.1, q.2)), pointwiseMax(q.0, pointwiseMax(q.1, q.2)))
    return all(pl .<= qu) && all(ql .<= pu)
}

/// Whether a segment meets a triangle, borders included; a segment in the triangle's plane does not count, its neighbours' sides do.
private func segment(_ a: SIMD3<Double>, _ b: SIMD3<Double>, cuts face: Corners) -> Bool {
    let normal = (face.1 - face.0).cross(face.2 - face.0)
    let da = ((a - face.0) * normal).sum()
    let db = ((b - face.0) * normal).sum()
    guard da * db <= 0, da != db else { return false }
    let point = a + (da / (da - db)) * (b - a)
    func side(_ p: SIMD3<Double>, _ q: SIMD3<Double>) -> Double { ((q - p).cross(point - p) * normal).sum() }
    // Rounding: a relative 1e-12 of the squared area lets a touch count as a hit.
    let slack = -1e-12 * (normal * normal).sum()
    return side(face.0, face.1) >= slack && side(face.1, face.2) >= slack && side(face.2, face.0) >= slack
}

/// Triangles sorted into cubes, by their boxes.
private struct TriangleBins {
    private var starts: [Int32]
    private var members: [Int32]
    private let first: [SIMD3<Int32>]
    private let size: SIMD3<Int>

    init(_ mesh: PlainMesh) {
        let (lower, upper) = mesh.bounds
        let extent = upper - lower
        let meanSide = (2 * mesh.area / Double(mesh.triangles.count)).squareRoot()
        // Not more than 200 cubes an axis: a few huge triangles must not make the bins outgrow the mesh.
        let side = max(2 * meanSide, extent.max() / 200, 1e-6)
        let size = SIMD3<Int>((extent / side).rounded(.down)) &+ 1
        var boxes: [(SIMD3<Int32>, SIMD3<Int32>)] = []
        boxes.reserveCapacity(mesh.triangles.count)
        for t in mesh.triangles {
            let (a, b, c) = mesh.corners(of: t)
            let low = (pointwiseMin(a, pointwiseMin(b, c)) - lower) / side
            let high = (pointwiseMax(a, pointwiseMax(b, c)) - lower) / side
            boxes.append((SIMD3<Int32>(low.rounded(.down)), SIMD3<Int32>(high.rounded(.down))))
        }
        func forEachCube(_ box: (SIMD3<Int32>, SIMD3<Int32>), _ body: (Int) -> Void) {
            for k in box.0.z...box.1.z {
                for j in box.0.y...box.1.y {
                    for i in box.0.x...box.1.x { body((Int(k) * size.y + Int(j)) * size.x + Int(i)) }
                }
            }
        }
        var starts = [Int32](repeating: 0, count: size.x * size.y * size.z + 1)
        for box in boxes { forEachCube(box) { starts[$0 + 1] += 1 } }
        for n in 1..<starts.count { starts[n] += starts[n - 1] }
        var members = [Int32](repeating: 0, count: Int(starts[starts.count - 1]))
        var next = starts
        for (n, box) in boxes.enumerated() {
            forEachCube(box) {
                members[Int(next[$0])] = Int32(n)
                next[$0] += 1
            }
        }
        self.starts = starts
        self.members = members
        self.size = size
        first = boxes.map(\.0)
    }

    /// Calls `body` once for each pair of triangles that share a cube.
    func forEachPair(_ body: (Int, Int) -> Void) {
        for cube in 0..<(starts.count - 1) {
            let range = Int(starts[cube])..<Int(starts[cube + 1])
            guard range.count > 1 else { continue }
            for m in range {
                for n in (m + 1)..<range.upperBound {
                    let (a, b) = (Int(members[m]), Int(members[n]))
                    // The pair is handled in the first cube that both boxes hold.
                    let home = pointwiseMax(first[a], first[b])
                    if (Int(home.z) * size.y + Int(home.y)) * size.x + Int(home.x) == cube { body(a, b) }
                }
            }
        }
    }
}
