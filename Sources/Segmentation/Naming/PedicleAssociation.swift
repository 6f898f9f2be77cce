import Anatomy
import Frames

/// Finds out which pedicle belongs to which body.
///
/// Bodies and the pedicles of a side are paired in order from head to foot, so that the sum of squared deviations from the usual place of a
/// pedicle (7 mm above, 14 mm beside and 19 mm behind the body's centre, with standard deviations of 5, 6 and 8 mm, wide enough for C3 and L5) is
/// least; leaving a body or a pedicle alone costs 8. Order-preserving alignment: exact, by dynamic programming.
///
/// - Parameters:
///   - bodies: body centres, LPS mm, in any order.
///   - candidates: pedicle centres of `side`, LPS mm, in any order.
/// - Returns: for each body the index of its pedicle, or nil.
/// - Complexity: O(bodies · candidates).
public func pairPedicles(bodies: [Point<Patient>], candidates: [Point<Patient>], side: Side) -> [Int?] {
    let order = headToFoot(bodies)
    let down = spineDirections(order.map { bodies[$0] })
    let candidateOrder = headToFoot(candidates)
    let alone = 8.0
    let width = candidates.count + 1
    var total = [Double](repeating: 0, count: (bodies.count + 1) * width)
    var choice = [UInt8](repeating: 0, count: total.count)
    for i in 0...bodies.count {
        for j in 0...candidates.count where i + j > 0 {
            var best = (Double.infinity, UInt8(0))
            if i > 0 { best = (total[(i - 1) * width + j] + alone, 0) }
            if j > 0, total[i * width + j - 1] + alone < best.0 { best = (total[i * width + j - 1] + alone, 1) }
            if i > 0, j > 0 {
                let cost = oddness(
                    of: candidates[candidateOrder[j - 1]] - bodies[order[i - 1]], down: down[i - 1], leftwardSign: side.leftwardSign)
                if total[(i - 1) * width + j - 1] + cost < best.0 { best = (total[(i - 1) * width + j - 1] + cost, 2) }
            }
            (total[i * width + j], choice[i * width + j]) = best
        }
    }
    var paired = [Int?](repeating: nil, count: bodies.count)
    var (i, j) = (bodies.count, candidates.count)
    while i + j > 0 {
        let step = choice[i * width + j]
        if step == 2 { paired[order[i - 1]] = candidateOrder[j - 1] }
        if step != 1 { i -= 1 }
        if step != 0 { j -= 1 }
    }
    return paired
}

private func oddness(of offset: Vector<Patient>, down: Vector<Patient>, leftwardSign: Double) -> Double {
    let above = -offset.dot(down)
    let aside = offset + above * down
    func square(_ value: Double) -> Double { value * value }
    return square((above - 7) / 5) + square((aside.x * leftwardSign - 14) / 6) + square((aside.y - 19) / 8)
}

/// Indices from head to foot; equal heights keep an order that does not depend on the input's.
func headToFoot(_ points: [Point<Patient>]) -> [Int] {
    points.indices.sorted { a, b in
        let (p, q) = (points[a], points[b])
        return (-p.z, p.x, p.y, a) < (-q.z, q.x, q.y, b)
    }
}

/// The unit direction of the spine towards the feet at each of its bodies, which run from head to foot: the middle of the slopes between any two
/// bodies within 50 mm of it in z (Theil-Sen), so that a false one does not turn it.
func spineDirections(_ bodies: [Point<Patient>]) -> [Vector<Patient>] {
    bodies.map { body in
        let near = bodies.filter { abs($0.z - body.z) <= 50 }
        var (sideways, backwards): ([Double], [Double]) = ([], [])
        for (k, a) in near.enumerated() {
            for b in near.dropFirst(k + 1) where a.z - b.z > 8 {
                sideways.append((b.x - a.x) / (a.z - b.z))
                backwards.append((b.y - a.y) / (a.z - b.z))
            }
        }
        guard !sideways.isEmpty else { return Vector(0, 0, -1) }
        let down = Vector<Patient>(median(sideways), median(backwards), -1)
        return down / down.length
    }
}
