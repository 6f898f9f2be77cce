import Anatomy
import Frames
import Volumes

/// Where each labelled level lies, from head to sacrum.
///
/// - Complexity: O(voxels).
public func labelledRegions(of labels: LabelVolume) -> [LabelledRegion] {
    var sums = [RegionSums](repeating: RegionSums(), count: 256)
    let grid = labels.geometry
    labels.voxels.withUnsafeBufferPointer { voxels in
        sums.withUnsafeMutableBufferPointer { sums in
            for k in 0..<grid.size.z {
                for j in 0..<grid.size.y {
                    let onFace = j == 0 || k == 0 || j == grid.size.y - 1 || k == grid.size.z - 1
                    addRow(voxels, at: grid.offset(0, j, k), count: grid.size.x, j, k, onFace: onFace, to: sums)
                }
            }
        }
    }
    return VertebraLevel.craniocaudal.compactMap { level in
        let sum = sums[Int(level.rawValue)]
        guard sum.count > 0 else { return nil }
        return LabelledRegion(
            level: level, voxelCount: sum.count, volume: Double(sum.count) * grid.voxelVolume,
            centroid: grid.point(at: SIMD3<Double>(sum.index) / Double(sum.count)), lower: sum.lower, upper: sum.upper,
            voxelsOnGridFace: sum.onFace)
    }
}

/// A warning for each level that touches the edge of `what`, be it with a single voxel.
func mayBeCut(_ regions: [LabelledRegion], by what: String) -> [LabelWarning] {
    regions.filter(\.isCutByView).map { region in
        LabelWarning(
            .mayBeCut, levels: [region.level],
            "\(region.level) reaches the edge of the \(what) with \(region.voxelsOnGridFace) voxels and may go on outside it")
    }
}

private struct RegionSums {
    var count = 0
    var index = SIMD3<Int>()
    var lower = SIMD3(repeating: Int.max)
    var upper = SIMD3(repeating: Int.min)
    var onFace = 0
}

private func addRow(
    _ voxels: UnsafeBufferPointer<UInt8>, at row: Int, count: Int, _ j: Int, _ k: Int, onFace: Bool,
    to sums: UnsafeMutableBufferPointer<RegionSums>
) {
    var i = 0
    while i < count {
        let id = voxels[row + i]
        let start = i
        repeat { i += 1 } while i < count && voxels[row + i] == id
        guard id != 0 else { continue }
        let run = i - start
        let region = Int(id)
        sums[region].count += run
        // The sum of start ..< i.
        sums[region].index &+= SIMD3((start + i - 1) * run / 2, j * run, k * run)
        sums[region].lower = pointwiseMin(sums[region].lower, SIMD3(start, j, k))
        sums[region].upper = pointwiseMax(sums[region].upper, SIMD3(i, j + 1, k + 1))
        sums[region].onFace += onFace ? run : (start == 0 ? 1 : 0) + (i == count ? 1 : 0)
    }
}
