import Frames
import Volumes

/// A grid split into sub-voxels along its coarse axes, so that thick slices average the anatomy across their thickness as a scanner does.
struct FineGrid {
    /// Sub-voxels in each voxel along each axis: odd, so that the middle one has the voxel's centre.
    let factor: SIMD3<Int>
    let geometry: GridGeometry<Patient>
    let whole: GridGeometry<Patient>

    init(_ grid: GridGeometry<Patient>) throws {
        func parts(_ spacing: Double) -> Int { spacing <= 1.5 ? 1 : spacing <= 4 ? 3 : 5 }
        let factor = SIMD3(parts(grid.spacing.x), parts(grid.spacing.y), parts(grid.spacing.z))
        self.factor = factor
        whole = grid
        let first = -SIMD3<Double>(factor &- 1) / (2 * SIMD3<Double>(factor))
        geometry = try GridGeometry(
            size: grid.size &* factor, spacing: grid.spacing / SIMD3<Double>(factor), origin: grid.point(at: first), axes: grid.axes)
    }

    /// The values at the voxels' centres.
    func centres<T>(of values: [T]) -> [T] {
        guard factor != SIMD3(1, 1, 1) else { return values }
        var picked: [T] = []
        picked.reserveCapacity(whole.voxelCount)
        let middle = factor / 2
        for k in 0..<whole.size.z {
            for j in 0..<whole.size.y {
                for i in 0..<whole.size.x {
                    picked.append(values[geometry.offset(i * factor.x + middle.x, j * factor.y + middle.y, k * factor.z + middle.z)])
                }
            }
        }
        return picked
    }

    /// The mean over each voxel's sub-voxels.
    func means(of values: [Float]) -> [Float] {
        guard factor != SIMD3(1, 1, 1) else { return values }
        var sums = [Float](repeating: 0, count: whole.voxelCount)
        for k in 0..<geometry.size.z {
            for j in 0..<geometry.size.y {
                let row = geometry.offset(0, j, k)
                let target = whole.offset(0, j / factor.y, k / factor.z)
                for i in 0..<geometry.size.x { sums[target + i / factor.x] += values[row + i] }
            }
        }
        let share = 1 / Float(factor.x * factor.y * factor.z)
        return sums.map { $0 * share }
    }
}
