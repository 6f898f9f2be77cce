import Frames
import Volumes

/// The box of voxels that are set: `lower <= index < upper`, or nil when none is.
func occupiedBox<F>(of mask: Volume<Bool, F>) -> (lower: SIMD3<Int>, upper: SIMD3<Int>)? {
    let size = mask.geometry.size
    var lower = size
    var upper = SIMD3<Int>()
    mask.voxels.withUnsafeBufferPointer { voxels in
        for k in 0..<size.z {
            for j in 0..<size.y {
                let start = (k * size.y + j) * size.x
                let row = UnsafeBufferPointer(rebasing: voxels[start..<(start + size.x)])
                guard let first = row.firstIndex(of: true), let last = row.lastIndex(of: true) else { continue }
                lower = pointwiseMin(lower, SIMD3(first, j, k))
                upper = pointwiseMax(upper, SIMD3(last + 1, j + 1, k + 1))
            }
        }
    }
    return upper.min() > 0 ? (lower, upper) : nil
}

/// A mask cut to its box with `pad` empty voxels on each side; it may reach beyond the volume it came from, where nothing is set.
struct PaddedMask {
    let size: SIMD3<Int>
    let spacing: SIMD3<Double>
    var isSet: [Bool]
    /// Index in the mask's volume of this box's voxel (0, 0, 0).
    let lower: SIMD3<Int>
    let setCount: Int

    init<F>(_ mask: Volume<Bool, F>, box: (lower: SIMD3<Int>, upper: SIMD3<Int>), pad: SIMD3<Int>) {
        lower = box.lower &- pad
        size = box.upper &- box.lower &+ 2 &* pad
        spacing = mask.geometry.spacing
        isSet = Array(repeating: false, count: size.x * size.y * size.z)
        var count = 0
        let source = mask.geometry.size
        for k in box.lower.z..<box.upper.z {
            for j in box.lower.y..<box.upper.y {
                let from = (k * source.y + j) * source.x + box.lower.x
                let to = ((k - lower.z) * size.y + (j - lower.y)) * size.x + pad.x
                let row = mask.voxels[from..<(from + box.upper.x - box.lower.x)]
                isSet.replaceSubrange(to..<(to + row.count), with: row)
                count += row.count { $0 }
            }
        }
        setCount = count
    }
}

/// What a mask tells of the distance to its border, per voxel.
struct MaskDistances {
    /// The signed distance from the voxel's centre to the border, mm, negative inside.
    var distances: [Float]
    /// How far the distance may be off either way, mm.
    var slack: [Float]
    /// The unit direction from the inside to the outside through the nearest border.
    var outward: [SIMD3<Float>]
}

/// The signed distance from each voxel centre to the border between set and unset voxels.
///
/// A distance to the nearest centre of the other kind overshoots the border by half a voxel. Along the line to that centre the border is met
/// where the line leaves the other voxel's box, that is half a step along the axis on which the line crosses most voxels; this much is taken off,
/// and is the slack: the true border lies somewhere in that last step.
/// Complexity: linear in voxels.
func maskDistances(_ mask: PaddedMask) -> MaskDistances {
    let set = mask.isSet
    let toSet = nearestSites(size: mask.size, spacing: mask.spacing) { set[$0] }
    let toUnset = nearestSites(size: mask.size, spacing: mask.spacing) { !set[$0] }
    let size = mask.size
    let spacing = SIMD3<Float>(mask.spacing)
    var result = MaskDistances(
        distances: Array(repeating: 0, count: set.count), slack: Array(repeating: 0, count: set.count),
        outward: Array(repeating: SIMD3(), count: set.count))
    var at = 0
    for k in 0..<size.z {
        for j in 0..<size.y {
            for i in 0..<size.x {
                let site = Int(set[at] ? toUnset[at] : toSet[at])
                let plane = site / size.x
                let steps = SIMD3<Float>(Float(site % size.x - i), Float(plane % size.y - j), Float(plane / size.y - k))
                let crossed = max(abs(steps.x), max(abs(steps.y), abs(steps.z)))
                let scaled = steps * spacing
                let length = (scaled * scaled).sum().squareRoot()
                let sign: Float = set[at] ? -1 : 1
                result.slack[at] = 0.5 * length / crossed
                result.distances[at] = sign * (length - result.slack[at])
                result.outward[at] = -sign / length * scaled
                at += 1
            }
        }
    }
    return result
}
