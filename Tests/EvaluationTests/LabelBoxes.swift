import Anatomy
import Frames
import Volumes

/// A label map made of boxes of voxels: `lower <= index < upper`; later boxes replace earlier ones.
struct LabelBoxes {
    var size = SIMD3(30, 30, 40)
    var spacing = SIMD3(1.0, 1.0, 1.0)
    var origin = Point<Patient>(0, 0, 0)
    var axes = (SIMD3(1.0, 0, 0), SIMD3(0.0, 1, 0), SIMD3(0.0, 0, 1))
    var boxes: [(level: VertebraLevel, lower: SIMD3<Int>, upper: SIMD3<Int>)] = []

    func labels() throws -> LabelVolume {
        let grid = try GridGeometry<Patient>(size: size, spacing: spacing, origin: origin, axes: axes)
        var volume = LabelVolume(geometry: grid, repeating: 0)
        for (level, lower, upper) in boxes {
            for k in lower.z..<upper.z {
                for j in lower.y..<upper.y {
                    for i in lower.x..<upper.x { volume[i, j, k] = level.rawValue }
                }
            }
        }
        return volume
    }

    /// Boxes of 10 x 10 x 6 voxels above one another, the first on top, 2 voxels apart and clear of the grid's faces.
    static func column(_ levels: [VertebraLevel], shiftedBy shift: SIMD3<Int> = SIMD3()) -> LabelBoxes {
        var map = LabelBoxes()
        map.boxes = levels.enumerated().map { at, level in
            let lower = SIMD3(10, 10, 32 - 8 * at) &+ shift
            return (level, lower, lower &+ SIMD3(10, 10, 6))
        }
        return map
    }
}
