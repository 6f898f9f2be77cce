import Segmentation
import Volumes

/// The surface of one level: the centres of its voxels that share a face with a voxel of another label, or with the grid's outside.
///
/// - Returns: millimetres along the grid's own axes from its voxel (0, 0, 0). The axes are orthonormal, so distances are the patient's.
/// - Complexity: O(voxels of the region's box).
func surface(of region: LabelledRegion, in labels: LabelVolume) -> [SIMD3<Double>] {
    let grid = labels.geometry
    let id = region.level.rawValue
    let steps = [(SIMD3(1, 0, 0), 1), (SIMD3(0, 1, 0), grid.size.x), (SIMD3(0, 0, 1), grid.size.x * grid.size.y)]
    var points: [SIMD3<Double>] = []
    labels.voxels.withUnsafeBufferPointer { voxels in
        for k in region.lower.z..<region.upper.z {
            for j in region.lower.y..<region.upper.y {
                for i in region.lower.x..<region.upper.x {
                    let at = grid.offset(i, j, k)
                    guard voxels[at] == id else { continue }
                    let index = SIMD3(i, j, k)
                    let isInner = steps.allSatisfy { axis, step in
                        let place = (index &* axis).wrappedSum()
                        let count = (grid.size &* axis).wrappedSum()
                        return place > 0 && place < count - 1 && voxels[at - step] == id && voxels[at + step] == id
                    }
                    if !isInner { points.append(SIMD3<Double>(index) * grid.spacing) }
                }
            }
        }
    }
    return points
}
