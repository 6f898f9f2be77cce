import Foundation
import Frames
import Volumes

/// The signed distance to a bone's shifted surface, mm, negative inside, at the voxels of a box of the CT; `far` away from the surface it is held.
struct BoneField: Sendable {
    /// Bounds in the CT's indices: `lower <= index < upper`.
    let lower: SIMD3<Int>
    let upper: SIMD3<Int>
    /// i fastest, within the box.
    var distance: [Float]

    static let far: Float = 3
    var size: SIMD3<Int> { upper &- lower }
}

/// How far a point of the surface is felt, mm, and how its weight falls.
private let pointReach = 3.0
private let pointSpread = 0.9

/// The field of a bone on the CT's grid: near the surface a weighted mean of the distances to the tangent planes of the points nearby (implicit moving
/// least squares), elsewhere what the probability map says.
///
/// Nil when no voxel centre of the CT lies inside the map.
///
/// - Complexity: O(points · voxels within 3 mm + voxels of the box).
/// - Source: Shen, O'Brien, Shewchuk 2004 for the interpolation.
func rasterised(_ bone: ProbableBone, surface: [SurfacePoint], on grid: GridGeometry<Patient>) -> BoneField? {
    let margin = pointReach + 1
    var (low, high) = (SIMD3<Double>(repeating: .infinity), SIMD3<Double>(repeating: -.infinity))
    for point in surface {
        let index = grid.index(of: point.at)
        low = pointwiseMin(low, index)
        high = pointwiseMax(high, index)
    }
    guard low.x.isFinite else { return nil }
    let reach = margin / grid.spacing
    let lower = pointwiseMax(SIMD3<Int>((low - reach).rounded(.down)), SIMD3(repeating: 0))
    let upper = pointwiseMin(SIMD3<Int>((high + reach).rounded(.up)) &+ 1, grid.size)
    guard (upper &- lower).min() > 0 else { return nil }
    var sums = PlaneSums(lower: lower, size: upper &- lower, grid: grid)
    for point in surface { sums.add(point) }
    return BoneField(lower: lower, upper: upper, distance: sums.distances { bone.contains($0) })
}

extension ProbableBone {
    /// Whether the map's nearest voxel is inside.
    fileprivate func contains(_ point: Point<Patient>) -> Bool {
        let grid = probability.geometry
        let index = grid.index(of: point).rounded(.toNearestOrAwayFromZero)
        guard index.min() >= 0, index.x < Double(grid.size.x), index.y < Double(grid.size.y), index.z < Double(grid.size.z) else {
            return false
        }
        return inside[grid.offset(Int(index.x), Int(index.y), Int(index.z))]
    }
}

private struct PlaneSums {
    let lower: SIMD3<Int>
    let size: SIMD3<Int>
    let grid: GridGeometry<Patient>
    private var heights: [Float]
    private var weights: [Float]

    init(lower: SIMD3<Int>, size: SIMD3<Int>, grid: GridGeometry<Patient>) {
        (self.lower, self.size, self.grid) = (lower, size, grid)
        heights = [Float](repeating: 0, count: size.x * size.y * size.z)
        weights = heights
    }

    mutating func add(_ point: SurfacePoint) {
        let middle = grid.index(of: point.at) - SIMD3<Double>(lower)
        let reach = pointReach / grid.spacing
        let from = pointwiseMax(SIMD3<Int>((middle - reach).rounded(.up)), SIMD3(repeating: 0))
        let to = pointwiseMin(SIMD3<Int>((middle + reach).rounded(.down)), size &- 1)
        guard (to &- from).min() >= 0 else { return }
        let (a, b, c) = (grid.axes.0 * grid.spacing.x, grid.axes.1 * grid.spacing.y, grid.axes.2 * grid.spacing.z)
        // Axes are orthonormal, so distances can be taken along them.
        let rise = SIMD3((point.normal * a).sum(), (point.normal * b).sum(), (point.normal * c).sum())
        for k in from.z...to.z {
            for j in from.y...to.y {
                for i in from.x...to.x {
                    let way = SIMD3(Double(i), Double(j), Double(k)) - middle
                    let millimetres = way * grid.spacing
                    let square = (millimetres * millimetres).sum()
                    guard square < pointReach * pointReach else { continue }
                    let weight = Float(exp(-0.5 * square / (pointSpread * pointSpread)))
                    let at = (k * size.y + j) * size.x + i
                    heights[at] += weight * Float((way * rise).sum() - point.shift)
                    weights[at] += weight
                }
            }
        }
    }

    func distances(isInside: (Point<Patient>) -> Bool) -> [Float] {
        var result = heights
        for k in 0..<size.z {
            for j in 0..<size.y {
                for i in 0..<size.x {
                    let at = (k * size.y + j) * size.x + i
                    // A point 3 mm off weighs 0.004.
                    if weights[at] > 0.004 {
                        result[at] = min(max(heights[at] / weights[at], -BoneField.far), BoneField.far)
                    } else {
                        result[at] = isInside(grid.point(at: lower &+ SIMD3(i, j, k))) ? -BoneField.far : BoneField.far
                    }
                }
            }
        }
        return result
    }
}
