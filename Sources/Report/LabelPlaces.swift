import Anatomy
import Frames
import Volumes

/// Where the labels of a map lie.
struct LabelPlaces: Sendable {
    /// The mean of each label's voxel centres, LPS mm.
    let middles: [VertebraLevel: Point<Patient>]
    /// The span of all vertebrae along the patient's axes, LPS mm; nil without any.
    let span: (lower: SIMD3<Double>, upper: SIMD3<Double>)?

    /// Complexity: one pass over the voxels.
    init(of labels: LabelVolume) {
        let grid = labels.geometry
        var sums = [SIMD4<Double>](repeating: .zero, count: 256)
        var (lower, upper) = (SIMD3(repeating: Int.max), SIMD3(repeating: Int.min))
        labels.voxels.withUnsafeBufferPointer { voxels in
            var at = 0
            for k in 0..<grid.size.z {
                for j in 0..<grid.size.y {
                    for i in 0..<grid.size.x {
                        let label = voxels[at]
                        at += 1
                        guard label != 0 else { continue }
                        sums[Int(label)] += SIMD4(Double(i), Double(j), Double(k), 1)
                        let index = SIMD3(i, j, k)
                        lower.replace(with: index, where: index .< lower)
                        upper.replace(with: index, where: index .> upper)
                    }
                }
            }
        }
        var middles: [VertebraLevel: Point<Patient>] = [:]
        for level in VertebraLevel.allCases where sums[Int(level.rawValue)].w > 0 {
            let sum = sums[Int(level.rawValue)]
            middles[level] = grid.point(at: SIMD3(sum.x, sum.y, sum.z) / sum.w)
        }
        self.middles = middles
        span = lower.x <= upper.x ? patientSpan(of: grid, from: SIMD3<Double>(lower), to: SIMD3<Double>(upper)) : nil
    }
}

/// The span along the patient's axes of a box of voxel indices, LPS mm.
func patientSpan(
    of grid: GridGeometry<Patient>, from lower: SIMD3<Double>, to upper: SIMD3<Double>
) -> (lower: SIMD3<Double>, upper: SIMD3<Double>) {
    let corners = (0..<8).map { corner in
        grid.point(
            at: SIMD3(corner & 1 == 0 ? lower.x : upper.x, corner & 2 == 0 ? lower.y : upper.y, corner & 4 == 0 ? lower.z : upper.z)
        ).xyz
    }
    return (corners.reduce(corners[0]) { pointwiseMin($0, $1) }, corners.reduce(corners[0]) { pointwiseMax($0, $1) })
}
