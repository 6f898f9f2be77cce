import Frames
import Volumes

/// The largest 26-connected piece of a mask and its voxel count. Laminae one voxel thin hang together only by corners.
///
/// - Complexity: O(voxels).
func largestPiece(of mask: Volume<Bool, Patient>) -> (mask: Volume<Bool, Patient>, count: Int) {
    var piece = [Int32](repeating: 0, count: mask.voxels.count)
    var best: (label: Int32, count: Int) = (0, 0)
    var next: Int32 = 0
    for start in mask.voxels.indices where mask.voxels[start] && piece[start] == 0 {
        next += 1
        let count = flood(from: start, size: mask.geometry.size, diagonal: true) { at in
            guard mask.voxels[at], piece[at] == 0 else { return false }
            piece[at] = next
            return true
        }
        if count > best.count { best = (next, count) }
    }
    var kept = mask
    for at in kept.voxels.indices { kept.voxels[at] = piece[at] == best.label && best.label != 0 }
    return (kept, best.count)
}

/// The mask with every background region that does not reach the box's outside filled.
///
/// The spinal canal is open at both ends, so it stays open.
func withCavitiesFilled(_ mask: Volume<Bool, Patient>) -> Volume<Bool, Patient> {
    let size = mask.geometry.size
    var outside = [Bool](repeating: false, count: mask.voxels.count)
    for k in 0..<size.z {
        for j in 0..<size.y {
            for i in 0..<size.x where i == 0 || j == 0 || k == 0 || i == size.x - 1 || j == size.y - 1 || k == size.z - 1 {
                _ = flood(from: mask.geometry.offset(i, j, k), size: size, diagonal: false) { at in
                    guard !mask.voxels[at], !outside[at] else { return false }
                    outside[at] = true
                    return true
                }
            }
        }
    }
    var filled = mask
    for at in filled.voxels.indices where !outside[at] { filled.voxels[at] = true }
    return filled
}
