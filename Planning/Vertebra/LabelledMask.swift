import Anatomy
import Frames
import Volumes

/// One vertebra cut out of a label map and cleaned: its largest piece, with cavities filled.
public struct LabelledMask: Sendable {
    public let level: VertebraLevel
    /// The bounding box of the label on the label map's own grid.
    public let mask: Volume<Bool, Patient>
    /// The part of the label that did not hang together with the largest piece, as a fraction of its volume.
    let strayFraction: Double
    /// Area of the label on the outer faces of the label map, mm²: more than 0 means that the view may cut the vertebra.
    let areaOnViewFaces: Double

    var volume: Double { Double(mask.voxels.count { $0 }) * mask.geometry.voxelVolume }
}

/// Cuts each of `levels` out of a label map in one pass over its voxels; levels without a voxel are left out.
///
/// - Complexity: O(voxels of the map) + O(voxels in the bounding boxes).
public func cutOutMasks(of levels: [VertebraLevel], from labels: LabelVolume) throws -> [LabelledMask] {
    let boxes = boundingBoxes(of: labels)
    return try levels.compactMap { level in
        guard let box = boxes[Int(level.rawValue)] else { return nil }
        return try cutOutMask(of: level, from: labels, in: box)
    }
}

private struct IndexBox {
    var lower: SIMD3<Int>
    var upper: SIMD3<Int>  // exclusive
}

/// The bounding box of every label id.
private func boundingBoxes(of labels: LabelVolume) -> [IndexBox?] {
    let size = labels.geometry.size
    var lower = [SIMD3<Int>](repeating: SIMD3(repeating: Int.max), count: 256)
    var upper = [SIMD3<Int>](repeating: SIMD3(repeating: Int.min), count: 256)
    labels.voxels.withUnsafeBufferPointer { voxels in
        for k in 0..<size.z {
            for j in 0..<size.y {
                let row = (k * size.y + j) * size.x
                var previous: UInt8 = 0
                for i in 0..<size.x {
                    let id = voxels[row + i]
                    // Inside a run of one id only the run's two ends can widen the box.
                    if id == previous { continue }
                    if id != 0 { include(SIMD3(i, j, k), &lower[Int(id)], &upper[Int(id)]) }
                    if previous != 0 { include(SIMD3(i - 1, j, k), &lower[Int(previous)], &upper[Int(previous)]) }
                    previous = id
                }
                if previous != 0 { include(SIMD3(size.x - 1, j, k), &lower[Int(previous)], &upper[Int(previous)]) }
            }
        }
    }
    return zip(lower, upper).map { $0.x == Int.max ? nil : IndexBox(lower: $0, upper: $1) }
}

private func include(_ index: SIMD3<Int>, _ lower: inout SIMD3<Int>, _ upper: inout SIMD3<Int>) {
    lower = pointwiseMin(lower, index)
    upper = pointwiseMax(upper, index &+ 1)
}

private func cutOutMask(of level: VertebraLevel, from labels: LabelVolume, in box: IndexBox) throws -> LabelledMask {
    let cut = try labels.cropped(from: box.lower, to: box.upper)
    let mask = cut.map { $0 == level.rawValue }
    let total = mask.voxels.count { $0 }
    let (largest, kept) = largestPiece(of: mask)
    return LabelledMask(
        level: level, mask: withCavitiesFilled(largest), strayFraction: 1 - Double(kept) / Double(max(1, total)),
        areaOnViewFaces: areaOnFaces(of: labels.geometry, mask: largest, from: box.lower))
}

private func areaOnFaces(of grid: GridGeometry<Patient>, mask: Volume<Bool, Patient>, from lower: SIMD3<Int>) -> Double {
    let size = mask.geometry.size
    let s = grid.spacing
    var area = 0.0
    for axis in 0..<3 {
        let faceArea = s.x * s.y * s.z / s[axis]
        for end in [0, grid.size[axis] - 1] {
            let inMask = end - lower[axis]
            guard (0..<size[axis]).contains(inMask) else { continue }
            var count = 0
            let (u, v) = ((axis + 1) % 3, (axis + 2) % 3)
            for a in 0..<size[u] {
                for b in 0..<size[v] {
                    var index = SIMD3<Int>()
                    index[axis] = inMask
                    index[u] = a
                    index[v] = b
                    if mask[index.x, index.y, index.z] { count += 1 }
                }
            }
            area += Double(count) * faceArea
        }
    }
    return area
}
