/// The largest connected part (6 neighbours) of a mask, i fastest, and how many voxels were in all parts. On a tie the first in the array's order.
///
/// - Complexity: O(voxels).
func largestPiece(of mask: [Bool], size: SIMD3<Int>) -> (mask: [Bool], voxels: Int, total: Int) {
    var open = mask
    var best: [Int] = []
    var total = 0
    for seed in mask.indices where open[seed] {
        let piece = takePiece(from: seed, of: &open, size: size)
        total += piece.count
        if piece.count > best.count { best = piece }
    }
    var result = [Bool](repeating: false, count: mask.count)
    for at in best { result[at] = true }
    return (result, best.count, total)
}

/// What can be reached from a voxel of a mask by steps to its 6 neighbours within the mask.
///
/// - Complexity: O(voxels).
func reachable(from seed: Int, in mask: [Bool], size: SIMD3<Int>) -> [Bool] {
    var open = mask
    var result = [Bool](repeating: false, count: mask.count)
    for at in takePiece(from: seed, of: &open, size: size) { result[at] = true }
    return result
}

/// Takes the piece that holds `seed` out of the mask.
private func takePiece(from seed: Int, of open: inout [Bool], size: SIMD3<Int>) -> [Int] {
    let (row, sheet) = (size.x, size.x * size.y)
    var piece = [seed]
    open[seed] = false
    var next = 0
    while next < piece.count {
        let at = piece[next]
        next += 1
        let (i, j, k) = (at % size.x, at / row % size.y, at / sheet)
        func visit(_ isInside: Bool, _ neighbour: Int) {
            guard isInside, open[neighbour] else { return }
            open[neighbour] = false
            piece.append(neighbour)
        }
        visit(i > 0, at - 1)
        visit(i + 1 < size.x, at + 1)
        visit(j > 0, at - row)
        visit(j + 1 < size.y, at + row)
        visit(k > 0, at - sheet)
        visit(k + 1 < size.z, at + sheet)
    }
    return piece
}
