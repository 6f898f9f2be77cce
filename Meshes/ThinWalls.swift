import Volumes

/// The voxels of a mask's thin walls: set, and in a row along some axis in which no more than a limit of mm are set.
struct ThinWalls {
    private let mask: PaddedMask
    /// Bit n of a voxel: its row along axis n is no longer than the limit.
    private var thinAxes: [UInt8]
    /// Bit n of a voxel: its row along axis n is no longer than one and a half of the limit, or it is unset.
    private var slimAxes: [UInt8]
    private(set) var isEmpty = true

    /// Complexity: linear in voxels.
    init(of mask: PaddedMask, thinnerThan limit: Double) {
        self.mask = mask
        thinAxes = Array(repeating: 0, count: mask.isSet.count)
        slimAxes = mask.isSet.map { $0 ? 0 : 7 }
        forEachRow(of: mask.size) { axis, start, stride in
            let longest = limit / mask.spacing[axis]
            var run = 0
            // Padding keeps a row's ends unset, so each run is closed within the row.
            for n in 0..<mask.size[axis] {
                if mask.isSet[start + n * stride] {
                    run += 1
                } else {
                    if run > 0, Double(run) <= longest {
                        isEmpty = false
                        for back in 1...run { thinAxes[start + (n - back) * stride] |= 1 << axis }
                    }
                    if run > 0, Double(run) <= 1.5 * longest {
                        for back in 1...run { slimAxes[start + (n - back) * stride] |= 1 << axis }
                    }
                    run = 0
                }
            }
        }
    }

    /// Whether a voxel belongs to a wall and not to an edge of a thick part: all its set neighbours across the thin direction are thin too.
    private func isWithinWall(_ at: Int) -> Bool {
        let strides = [1, mask.size.x, mask.size.x * mask.size.y]
        return (0..<3).contains { axis in
            let bit = UInt8(1) << axis
            guard thinAxes[at] & bit != 0 else { return false }
            return (0..<3).allSatisfy { other in
                other == axis
                    || [at - strides[other], at + strides[other]].allSatisfy { slimAxes[$0] & bit != 0 }
            }
        }
    }

    /// 1 in and beside the walls, 0 elsewhere.
    func neighbourhood() -> [Float] {
        var weights = thinAxes.map { $0 > 0 ? Float(1) : 0 }
        forEachRow(of: mask.size) { axis, start, stride in
            var previous = weights[start]
            for n in 1..<(mask.size[axis] - 1) {
                let at = start + n * stride
                let here = weights[at]
                weights[at] = max(previous, here, weights[at + stride])
                previous = here
            }
        }
        return weights
    }

    /// The nodes of a grid that lie in the boxes of the walls' voxels. `positions` are the nodes' coordinates along each axis, in the mask's voxels.
    ///
    /// Where nodes are at least as dense as voxels, voxels that share a face hold nodes that are neighbours: walls hang together at nodes as
    /// they do in the mask.
    func nodes(at positions: [[Double]]) -> [Int] {
        guard !isEmpty else { return [] }
        let voxels = zip(positions, 0..<3).map { list, axis in list.map { min(max(Int($0.rounded()), 0), mask.size[axis] - 1) } }
        var found: [Int] = []
        var at = 0
        for k in voxels[2] {
            for j in voxels[1] {
                let row = (k * mask.size.y + j) * mask.size.x
                for i in voxels[0] {
                    if isWithinWall(row + i) { found.append(at) }
                    at += 1
                }
            }
        }
        return found
    }
}

/// Each row of a grid along each axis: the axis, the position of its first voxel, and the step between its voxels.
private func forEachRow(of size: SIMD3<Int>, _ body: (_ axis: Int, _ start: Int, _ stride: Int) -> Void) {
    for k in 0..<size.z { for j in 0..<size.y { body(0, (k * size.y + j) * size.x, 1) } }
    for k in 0..<size.z { for i in 0..<size.x { body(1, k * size.y * size.x + i, size.x) } }
    for j in 0..<size.y { for i in 0..<size.x { body(2, j * size.x + i, size.x * size.y) } }
}
