import Frames
import Volumes

/// Distances sampled on a box of a grid's voxels; outside the box the solid is far away.
struct DistanceRaster {
    var lower: SIMD3<Int>
    var size: SIMD3<Int>
    /// i fastest.
    var values: [Float]

    /// Outside the box, and in blocks far outside the solid.
    static let far: Float = 1000

    @inline(__always) func value(_ i: Int, _ j: Int, _ k: Int) -> Float {
        let x = i - lower.x
        let y = j - lower.y
        let z = k - lower.z
        guard x >= 0, y >= 0, z >= 0, x < size.x, y < size.y, z < size.z else { return DistanceRaster.far }
        return values[(z * size.y + y) * size.x + x]
    }

    /// Calls `body` with the grid offset and the distance of every voxel whose distance is under `limit`.
    func forEachNear(_ limit: Float, on grid: GridGeometry<Patient>, _ body: (Int, Float) -> Void) {
        for z in 0..<size.z {
            for y in 0..<size.y {
                let row = (z * size.y + y) * size.x
                let start = grid.offset(lower.x, y + lower.y, z + lower.z)
                for x in 0..<size.x where values[row + x] < limit { body(start + x, values[row + x]) }
            }
        }
    }
}

/// Samples a signed distance at voxel centres, exactly within about 2.5 mm of its surface; elsewhere only the sign is right.
///
/// Blocks of about 4 mm are judged by their middle first: only those that may hold the surface are sampled voxel by voxel.
/// - Parameters:
///   - corners: points whose bounding box on the grid holds the solid.
///   - distance: signed distance at a patient point; it may change by at most 1.6 mm a mm.
/// - Complexity: O(box / 4³ + voxels near the surface) calls of `distance`.
func rasterize(
    corners: [SIMD3<Double>], on grid: GridGeometry<Patient>, distance: (SIMD3<Double>) -> Double
) -> DistanceRaster {
    let indices = corners.map { grid.index(of: Point($0)) }
    let zero = SIMD3<Double>()
    let last = SIMD3<Double>(grid.size &- 1)
    func bounded(_ p: SIMD3<Double>) -> SIMD3<Int> { SIMD3<Int>(p.clamped(lowerBound: zero, upperBound: last)) }
    let lower = bounded(indices.dropFirst().reduce(indices[0]) { pointwiseMin($0, $1) }.rounded(.down))
    let upper = bounded(indices.dropFirst().reduce(indices[0]) { pointwiseMax($0, $1) }.rounded(.up))
    let size = upper &- lower &+ 1
    var raster = DistanceRaster(lower: lower, size: size, values: [Float](repeating: DistanceRaster.far, count: size.x * size.y * size.z))

    let block = SIMD3<Int>(
        max(1, Int((4 / grid.spacing.x).rounded())), max(1, Int((4 / grid.spacing.y).rounded())),
        max(1, Int((4 / grid.spacing.z).rounded())))
    let radius = (SIMD3<Double>(block &- 1) / 2 * grid.spacing).length
    let reach = 1.6 * (radius + 2.5)
    raster.values.withUnsafeMutableBufferPointer { values in
        for z in stride(from: 0, to: size.z, by: block.z) {
            for y in stride(from: 0, to: size.y, by: block.y) {
                for x in stride(from: 0, to: size.x, by: block.x) {
                    let start = SIMD3(x, y, z)
                    let middle = SIMD3<Double>(lower &+ start) + SIMD3<Double>(block &- 1) / 2
                    let atMiddle = distance(grid.point(at: middle).xyz)
                    if atMiddle > reach { continue }
                    let constant: Float? = atMiddle < -reach ? Float(atMiddle) : nil
                    let end = pointwiseMin(start &+ block, size)
                    for k in z..<end.z {
                        for j in y..<end.y {
                            let row = (k * size.y + j) * size.x
                            for i in x..<end.x {
                                values[row + i] = constant ?? Float(distance(grid.point(at: lower &+ SIMD3(i, j, k)).xyz))
                            }
                        }
                    }
                }
            }
        }
    }
    return raster
}

/// The eight corners of a box.
func boxCorners(_ lower: SIMD3<Double>, _ upper: SIMD3<Double>) -> [SIMD3<Double>] {
    (0..<8).map { corner in
        SIMD3(corner & 1 == 0 ? lower.x : upper.x, corner & 2 == 0 ? lower.y : upper.y, corner & 4 == 0 ? lower.z : upper.z)
    }
}
