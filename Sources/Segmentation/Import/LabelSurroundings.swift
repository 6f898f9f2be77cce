import Anatomy
import Frames
import Volumes

/// From and to how far outside the label the comparison looks, mm: beyond the blurred wall, before the next organ.
private let shell = (from: 2.0, to: 5.0)
/// Too few voxels to speak for a level.
private let fewestVoxels = 200

/// A level's voxels and the unlabelled ones in a shell around it, as offsets into the volume.
struct LabelSurroundings {
    let level: VertebraLevel
    private let grid: GridGeometry<Patient>
    private let inside: [SIMD3<Int32>]
    private let outside: [SIMD3<Int32>]

    /// Nil when there are too few voxels to compare.
    init?(of region: LabelledRegion, in labels: LabelVolume) {
        let grid = labels.geometry
        let from = wholeVoxels(shell.from, grid.spacing)
        // At least one voxel wide, however coarse the grid.
        let margin = pointwiseMax(wholeVoxels(shell.to, grid.spacing), from &+ SIMD3(repeating: 1))
        let lower = pointwiseMax(region.lower &- margin, SIMD3(repeating: 0))
        let size = pointwiseMin(region.upper &+ margin, grid.size) &- lower
        var mask = [Bool](repeating: false, count: size.x * size.y * size.z)
        forEachRow(size) { row, j, k in
            let at = grid.offset(lower.x, lower.y + j, lower.z + k)
            for i in 0..<size.x { mask[row + i] = labels.voxels[at + i] == region.level.rawValue }
        }
        let near = dilated(mask, size: size, by: from)
        let far = dilated(mask, size: size, by: margin)
        var inside: [SIMD3<Int32>] = []
        var outside: [SIMD3<Int32>] = []
        forEachRow(size) { row, j, k in
            let at = grid.offset(lower.x, lower.y + j, lower.z + k)
            for i in 0..<size.x where far[row + i] {
                let index = SIMD3(Int32(lower.x + i), Int32(lower.y + j), Int32(lower.z + k))
                if mask[row + i] { inside.append(index) } else if !near[row + i], labels.voxels[at + i] == 0 { outside.append(index) }
            }
        }
        guard inside.count >= fewestVoxels, outside.count >= fewestVoxels else { return nil }
        (self.level, self.grid, self.inside, self.outside) = (region.level, grid, inside, outside)
    }

    /// How the level would lie on `image` if it were moved by whole voxels; nil when too little of it stays inside.
    func fit(_ image: CTVolume, moved move: SIMD3<Int>) -> LabelFit.Level? {
        let within = histogram(of: image, at: inside, moved: move)
        let around = histogram(of: image, at: outside, moved: move)
        guard within.total >= max(fewestVoxels, inside.count / 2), around.total >= max(fewestVoxels, outside.count / 2) else { return nil }
        return LabelFit.Level(level: level, separation: within.separation(from: around), airShare: within.share(below: -200))
    }

    private func histogram(of image: CTVolume, at indices: [SIMD3<Int32>], moved move: SIMD3<Int>) -> HUHistogram {
        var histogram = HUHistogram()
        for index in indices {
            let (i, j, k) = (Int(index.x) + move.x, Int(index.y) + move.y, Int(index.z) + move.z)
            if grid.contains(i, j, k) { histogram.add(image.voxels[grid.offset(i, j, k)]) }
        }
        return histogram
    }
}

/// The nearest whole number of voxels along each axis.
func wholeVoxels(_ distance: Double, _ spacing: SIMD3<Double>) -> SIMD3<Int> {
    let count = (distance / spacing).rounded(.toNearestOrAwayFromZero)
    return SIMD3(Int(count.x), Int(count.y), Int(count.z))
}

private func forEachRow(_ size: SIMD3<Int>, _ body: (_ row: Int, _ j: Int, _ k: Int) -> Void) {
    for k in 0..<size.z { for j in 0..<size.y { body((k * size.y + j) * size.x, j, k) } }
}

/// `mask` grown by a box of half-width `reach` voxels, one axis after the other.
private func dilated(_ mask: [Bool], size: SIMD3<Int>, by reach: SIMD3<Int>) -> [Bool] {
    let strides = SIMD3(1, size.x, size.x * size.y)
    var grown = mask
    for axis in 0..<3 where reach[axis] > 0 {
        let (a, b) = ((axis + 1) % 3, (axis + 2) % 3)
        let before = grown
        for u in 0..<size[a] {
            for v in 0..<size[b] {
                growLine(
                    before, into: &grown, from: u * strides[a] + v * strides[b], stride: strides[axis], count: size[axis], by: reach[axis])
            }
        }
    }
    return grown
}

private func growLine(_ before: [Bool], into grown: inout [Bool], from start: Int, stride: Int, count: Int, by reach: Int) {
    var filled = 0
    for at in 0..<count where before[start + at * stride] {
        // Everything up to `filled` is set already, so each voxel is written once.
        for near in max(filled, at - reach)..<min(count, at + reach + 1) { grown[start + near * stride] = true }
        filled = min(count, at + reach + 1)
    }
}

/// Counts of HU values, clamped to -1100 ... 3100.
private struct HUHistogram {
    private static let lowest = -1100
    private var counts = [Int](repeating: 0, count: 4201)
    private(set) var total = 0

    mutating func add(_ value: Int16) {
        counts[min(max(Int(value) - Self.lowest, 0), counts.count - 1)] += 1
        total += 1
    }

    func share(below value: Int) -> Double { Double(counts[..<(value - Self.lowest)].reduce(0, +)) / Double(total) }

    /// The chance that a value of this histogram exceeds one of `other`, ties counted half (Mann-Whitney).
    func separation(from other: HUHistogram) -> Double {
        var below = 0
        var wins = 0.0
        for (mine, theirs) in zip(counts, other.counts) {
            wins += Double(mine) * (Double(below) + 0.5 * Double(theirs))
            below += theirs
        }
        return wins / (Double(total) * Double(other.total))
    }
}
