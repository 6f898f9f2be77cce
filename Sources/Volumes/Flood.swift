/// Visits the region around a voxel that `claim` accepts; returns its size.
///
/// - Parameters:
///   - start: its offset in the array of voxels, i fastest.
///   - size: voxels along i, j, k.
///   - diagonal: whether the 26 voxels that share a side, an edge or a corner are neighbours, or the 6 that share a side.
///   - claim: whether a voxel belongs to the region; it must refuse what it has claimed before.
/// - Complexity: O(voxels of the region).
@inlinable public func flood(from start: Int, size: SIMD3<Int>, diagonal: Bool, claim: (Int) -> Bool) -> Int {
    guard claim(start) else { return 0 }
    var stack = [start]
    var count = 0
    while let at = stack.popLast() {
        count += 1
        let i = at % size.x
        let j = (at / size.x) % size.y
        let k = at / (size.x * size.y)
        for dk in max(-1, -k)...min(1, size.z - 1 - k) {
            for dj in max(-1, -j)...min(1, size.y - 1 - j) {
                for di in max(-1, -i)...min(1, size.x - 1 - i) {
                    if !diagonal && abs(di) + abs(dj) + abs(dk) != 1 { continue }
                    let neighbour = at + (dk * size.y + dj) * size.x + di
                    if claim(neighbour) { stack.append(neighbour) }
                }
            }
        }
    }
    return count
}
