import Anatomy
import Frames
import Volumes

/// One label map from the fields of all bones: each voxel goes to the bone that it lies deepest in, and each bone keeps its largest piece.
///
/// - Complexity: O(voxels of the CT and of the bones' boxes).
func fused(_ fields: [(level: VertebraLevel, field: BoneField)], on grid: GridGeometry<Patient>) -> LabelVolume {
    var labels = LabelVolume(geometry: grid, repeating: 0)
    for (n, bone) in fields.enumerated() {
        // Only neighbours along the spine can overlap, so the others' fields need not be looked at.
        let rivals = fields[max(0, n - 2)..<min(fields.count, n + 3)].filter { $0.level != bone.level }.map(\.field)
        for at in largestPiece(of: won(bone.field, against: rivals), field: bone.field, grid: grid) {
            labels.voxels[at] = bone.level.rawValue
        }
    }
    return labels
}

/// Which voxels of a field's box lie inside it and deeper in it than in any rival.
private func won(_ field: BoneField, against rivals: [BoneField]) -> [Bool] {
    var mask = field.distance.map { $0 < 0 }
    for rival in rivals {
        let (from, to) = (pointwiseMax(field.lower, rival.lower), pointwiseMin(field.upper, rival.upper))
        guard (to &- from).min() > 0 else { continue }
        for k in from.z..<to.z {
            for j in from.y..<to.y {
                let (mine, theirs) = (field.offset(from.x, j, k), rival.offset(from.x, j, k))
                for n in 0..<(to.x - from.x) where rival.distance[theirs + n] < field.distance[mine + n] { mask[mine + n] = false }
            }
        }
    }
    return mask
}

/// Offsets in the CT of the voxels of a mask's largest piece, cavities filled.
private func largestPiece(of mask: [Bool], field: BoneField, grid: GridGeometry<Patient>) -> [Int] {
    let size = field.size
    let piece = withoutCavities(Segmentation.largestPiece(of: mask, size: size).mask, size: size)
    var offsets: [Int] = []
    for k in 0..<size.z {
        for j in 0..<size.y {
            let (from, to) = ((k * size.y + j) * size.x, grid.offset(field.lower.x, field.lower.y + j, field.lower.z + k))
            for i in 0..<size.x where piece[from + i] { offsets.append(to + i) }
        }
    }
    return offsets
}

extension BoneField {
    func contains(_ i: Int, _ j: Int, _ k: Int) -> Bool {
        i >= lower.x && j >= lower.y && k >= lower.z && i < upper.x && j < upper.y && k < upper.z
    }
    /// The offset of a voxel of the CT that lies in the box.
    func offset(_ i: Int, _ j: Int, _ k: Int) -> Int {
        ((k - lower.z) * size.y + j - lower.y) * size.x + i - lower.x
    }
}

/// The mask with every hole that no way leads out of filled: what the outside, entered from the box's faces, does not reach.
func withoutCavities(_ mask: [Bool], size: SIMD3<Int>) -> [Bool] {
    // One layer of outside all round joins all that reaches the faces.
    let padded = size &+ 2
    var outside = [Bool](repeating: true, count: padded.x * padded.y * padded.z)
    func at(_ i: Int, _ j: Int, _ k: Int) -> Int { ((k + 1) * padded.y + j + 1) * padded.x + i + 1 }
    for k in 0..<size.z {
        for j in 0..<size.y {
            for i in 0..<size.x { outside[at(i, j, k)] = !mask[(k * size.y + j) * size.x + i] }
        }
    }
    let reached = reachable(from: 0, in: outside, size: padded)
    var result = mask
    for k in 0..<size.z {
        for j in 0..<size.y {
            for i in 0..<size.x where !reached[at(i, j, k)] { result[(k * size.y + j) * size.x + i] = true }
        }
    }
    return result
}
