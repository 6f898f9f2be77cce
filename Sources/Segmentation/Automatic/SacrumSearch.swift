import Frames
import Volumes

/// Where S1's body lies, if a sacrum is in view: the highest centre that lies within sacrum, or else the front of the sacrum's top.
///
/// What the network takes for sacrum counts only where it lies on bone and one step below the lowest body of the spine.
///
/// - Parameter path: the bodies of the spine, from head to foot.
func sacrumEvidence(
    _ centres: [BodyCentre], path: [BodyCentre], map: CoarseMap, parameters: SegmentationParameters
) -> NamingEvidence.Sacrum? {
    let grid = map.geometry
    let mask = largestPiece(of: map.sacrum.map { $0 > 0.5 }, size: grid.size).mask
    let voxels = mask.indices.filter { mask[$0] }
    let volume = Double(voxels.count) * grid.voxelVolume
    guard volume >= parameters.leastSacrum, let lowest = path.last else { return nil }
    let bony = voxels.count { map.image[$0] > map.bonyValue }
    guard Double(bony) > leastBonyShare * Double(voxels.count) else { return nil }
    let confidence = min(0.99, volume / (volume + parameters.leastSacrum))
    let centre = centres.filter { $0.sacrumShare >= 0.5 }.max { $0.point.z < $1.point.z }?.point ?? frontOfTop(voxels, grid: grid)
    guard let centre, lowest.point.z > centre.z, stepToSacrum.contains(lowest.point.distance(to: centre)) else { return nil }
    return NamingEvidence.Sacrum(centre: centre, confidence: confidence)
}

/// The share of a sacrum's voxels that are at least as dense as marrow with some bone in it.
private let leastBonyShare = 0.4
/// From the last body's centre to S1's, mm.
private let stepToSacrum = 15.0...60.0

/// The middle of the sacrum's front upper corner, where S1's body lies: it is about 30 mm high and deep.
private func frontOfTop(_ voxels: [Int], grid: GridGeometry<Patient>) -> Point<Patient>? {
    let points = voxels.map { grid.point(at: SIMD3($0 % grid.size.x, $0 / grid.size.x % grid.size.y, $0 / (grid.size.x * grid.size.y))) }
    let top = points.map(\.z).max()!
    let upper = points.filter { $0.z > top - 30 }
    let front = upper.map(\.xyz.y).min()!
    return Point.mean(of: upper.filter { $0.y < front + 30 })
}

/// The sacrum's probability on the part of the coarse grid where there is any: what the fine network saw below the lowest vertebra, and the coarse one
/// beyond that. Nil where there is none.
func sacrumProbability(coarse map: CoarseMap, lowest: FineMap) throws -> Volume<Float, Patient>? {
    let grid = map.geometry
    var (lower, upper) = (grid.size, SIMD3(0, 0, 0))
    for (at, chance) in map.sacrum.enumerated() where chance > 0.3 {
        let index = SIMD3(at % grid.size.x, at / grid.size.x % grid.size.y, at / (grid.size.x * grid.size.y))
        lower = pointwiseMin(lower, index)
        upper = pointwiseMax(upper, index)
    }
    guard (upper &- lower).min() >= 0 else { return nil }
    (lower, upper) = (pointwiseMax(lower &- 3, SIMD3(repeating: 0)), pointwiseMin(upper &+ 4, grid.size))
    var result = try Volume(geometry: grid, voxels: map.sacrum).cropped(from: lower, to: upper)
    let fine = try Volume(geometry: lowest.thisVertebra.geometry, voxels: lowest.sacrum)
    let box = result.geometry
    for k in 0..<box.size.z {
        for j in 0..<box.size.y {
            for i in 0..<box.size.x {
                let point = box.point(at: SIMD3(i, j, k))
                guard let sharper = fine.linear(at: point) else { continue }
                // At its rim the fine patch sees too little around: there both count.
                let depth = rim(fine.geometry.index(of: point), fine.geometry.size)
                let share = Float(min(1, depth / 5))
                result[i, j, k] = share * Float(sharper) + (1 - share) * result[i, j, k]
            }
        }
    }
    return result
}

/// The distance to the nearest face of a grid, voxels.
private func rim(_ index: SIMD3<Double>, _ size: SIMD3<Int>) -> Double {
    min(index.min(), (SIMD3<Double>(size &- 1) - index).min())
}
