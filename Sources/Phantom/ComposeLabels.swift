import Frames
import Volumes

/// The gap kept between two vertebrae where they meet, mm: that of a facet joint's cartilage on CT.
let facetGap = 1.6

/// The label map, and at each voxel the signed distance to the nearest bone that is left after neighbours were parted.
///
/// A vertebra keeps a point where it is deeper in it, by a gap, than in any other: `d = max(d_own, (d_own - d_other + gap) / 2)`.
func compose(
    _ rasters: [DistanceRaster], of vertebrae: [PlacedSolid], on grid: GridGeometry<Patient>
) -> (labels: [UInt8], bone: [Float]) {
    var labels = [UInt8](repeating: 0, count: grid.voxelCount)
    var bone = [Float](repeating: DistanceRaster.far, count: grid.voxelCount)
    let gap = Float(facetGap)
    for (index, raster) in rasters.enumerated() {
        // A long spinous process reaches over the next level: look two levels up and down.
        let others = rasters.indices.filter { $0 != index && abs($0 - index) <= 2 }.map { rasters[$0] }
        let id = vertebrae[index].level.rawValue
        for z in 0..<raster.size.z {
            for y in 0..<raster.size.y {
                let row = (z * raster.size.y + y) * raster.size.x
                let j = y + raster.lower.y
                let k = z + raster.lower.z
                for x in 0..<raster.size.x {
                    var d = raster.values[row + x]
                    guard d < 5 else { continue }
                    let i = x + raster.lower.x
                    let own = d
                    for other in others { d = max(d, (own - other.value(i, j, k) + gap) / 2) }
                    let at = grid.offset(i, j, k)
                    if d < 0 { labels[at] = id }
                    if d < bone[at] { bone[at] = d }
                }
            }
        }
    }
    for vertebra in vertebrae { dropCrumbs(of: vertebra.level.rawValue, from: &labels, bone: &bone, size: grid.size) }
    return (labels, bone)
}

/// Removes the voxels of a label that hang together with fewer than half of it: the parting of neighbours can leave a voxel or two.
private func dropCrumbs(of id: UInt8, from labels: inout [UInt8], bone: inout [Float], size: SIMD3<Int>) {
    let strides = [1, size.x, size.x * size.y]
    var unseen = labels.map { $0 == id }
    let total = unseen.count { $0 }
    for start in labels.indices where unseen[start] {
        var piece = [start]
        unseen[start] = false
        var next = 0
        while next < piece.count {
            let at = piece[next]
            next += 1
            for (axis, stride) in strides.enumerated() {
                let position = at / stride % size[axis]
                if position > 0, unseen[at - stride] {
                    unseen[at - stride] = false
                    piece.append(at - stride)
                }
                if position + 1 < size[axis], unseen[at + stride] {
                    unseen[at + stride] = false
                    piece.append(at + stride)
                }
            }
        }
        guard 2 * piece.count < total else { continue }
        for at in piece {
            labels[at] = 0
            bone[at] = max(bone[at], 0.1)
        }
    }
}
