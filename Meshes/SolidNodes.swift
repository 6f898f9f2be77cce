/// What was changed to make a field's inside one solid body without cavities.
public struct SolidRepairs: Codable, Equatable, Sendable {
    /// Pieces not joined to the largest, which were dropped, and their volume in mm³.
    public var droppedPieces = 0
    public var droppedVolume = 0.0
    /// Hollows not joined to the outside, which were filled, and their volume in mm³.
    public var filledCavities = 0
    public var filledVolume = 0.0

    public init() {}
}

/// `values` (mm at nodes, negative inside) with one piece inside and one outside; joined means along the edges of the tetrahedra that
/// `marchingTetrahedra` uses, so the surface has one component. The outermost nodes are made positive, so that it is closed.
///
/// Complexity: linear in nodes.
func solidified(_ values: [Float], size: SIMD3<Int>, spacing: Float) -> (values: [Float], repairs: SolidRepairs) {
    var values = values
    closeBorder(&values, size: size, spacing: spacing)
    var repairs = SolidRepairs()
    let nodeVolume = Double(spacing * spacing * spacing)
    let outside = pieces(of: values, size: size) { $0 >= 0 }
    for piece in outside where piece.first != 0 {
        repairs.filledCavities += 1
        repairs.filledVolume += Double(piece.count) * nodeVolume
        for node in piece { values[node] = -max(values[node], spacing / 2) }
    }
    let inside = pieces(of: values, size: size) { $0 < 0 }
    let largest = inside.indices.max { inside[$0].count < inside[$1].count }
    for n in inside.indices where n != largest {
        repairs.droppedPieces += 1
        repairs.droppedVolume += Double(inside[n].count) * nodeVolume
        for node in inside[n] { values[node] = max(-values[node], spacing / 2) }
    }
    return (values, repairs)
}

private func closeBorder(_ values: inout [Float], size: SIMD3<Int>, spacing: Float) {
    for k in 0..<size.z {
        for j in 0..<size.y {
            let isEdgeRow = k == 0 || j == 0 || k == size.z - 1 || j == size.y - 1
            let row = (k * size.y + j) * size.x
            for i in isEdgeRow ? Array(0..<size.x) : [0, size.x - 1] { values[row + i] = max(values[row + i], spacing / 2) }
        }
    }
}

/// The joined sets of nodes whose value is wanted, each in the order found, by first node.
private func pieces(of values: [Float], size: SIMD3<Int>, where isWanted: (Float) -> Bool) -> [[Int]] {
    // The 14 edges of Kuhn's tetrahedra at a node: the seven directions with all components 0 or 1, and their opposites.
    let steps = (1..<8).map { SIMD3($0 & 1, $0 >> 1 & 1, $0 >> 2) }
    var seen = [Bool](repeating: false, count: values.count)
    var found: [[Int]] = []
    for start in values.indices where !seen[start] && isWanted(values[start]) {
        seen[start] = true
        var piece = [start]
        var at = 0
        while at < piece.count {
            let node = piece[at]
            at += 1
            let position = SIMD3(node % size.x, node / size.x % size.y, node / (size.x * size.y))
            for step in steps {
                for sign in [1, -1] {
                    let p = position &+ sign &* step
                    guard p.min() >= 0, p.x < size.x, p.y < size.y, p.z < size.z else { continue }
                    let next = (p.z * size.y + p.y) * size.x + p.x
                    guard !seen[next], isWanted(values[next]) else { continue }
                    seen[next] = true
                    piece.append(next)
                }
            }
        }
        found.append(piece)
    }
    return found
}
