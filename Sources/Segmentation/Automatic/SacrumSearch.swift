import Frames
import Volumes

/// Where S1's body lies, if a sacrum is in view: the highest centre that lies within sacrum, or else the front of the sacrum's top.
///
/// What the network takes for sacrum counts only where its upper part, S1's, lies on bone, one step below the lowest body of the spine. Further down the
/// coarse network may run on into the pelvis, which says nothing against the top.
///
/// - Parameter path: the bodies of the spine, from head to foot.
func sacrumEvidence(
    _ centres: [BodyCentre], path: [BodyCentre], map: CoarseMap, parameters: SegmentationParameters
) -> NamingEvidence.Sacrum? {
    let grid = map.geometry
    let mask = largestPiece(of: map.sacrum.map { $0 > 0.5 }, size: grid.size).mask
    let voxels = mask.indices.filter { mask[$0] }
    guard !voxels.isEmpty, let lowest = path.last else { return nil }
    let upper = upperPart(of: voxels, grid: grid)
    let bony = upper.count { map.image[$0] > map.bonyValue }
    let volume = Double(upper.count) * grid.voxelVolume
    guard volume >= parameters.leastSacrum, Double(bony) > leastBonyShare * Double(upper.count) else { return nil }
    let confidence = min(0.99, volume / (volume + parameters.leastSacrum))
    let centre = centres.filter { $0.sacrumShare >= 0.5 }.max { $0.point.z < $1.point.z }?.point ?? frontOfTop(upper, grid: grid)
    guard let centre, lowest.point.z > centre.z, stepToSacrum.contains(lowest.point.distance(to: centre)) else { return nil }
    return NamingEvidence.Sacrum(centre: centre, confidence: confidence)
}

/// The share of a sacrum's voxels that are at least as dense as marrow with some bone in it.
private let leastBonyShare = 0.4
/// From the last body's centre to S1's, mm.
private let stepToSacrum = 15.0...60.0

/// The voxels within 30 mm of the topmost one: S1 is about so high.
private func upperPart(of voxels: [Int], grid: GridGeometry<Patient>) -> [Int] {
    let heights = voxels.map { grid.point(at: place(of: $0, in: grid)).z }
    let top = heights.max()!
    return zip(voxels, heights).filter { $1 > top - 30 }.map(\.0)
}

/// The middle of the sacrum's front upper corner, where S1's body lies: it is about 30 mm deep.
private func frontOfTop(_ upper: [Int], grid: GridGeometry<Patient>) -> Point<Patient>? {
    let points = upper.map { grid.point(at: place(of: $0, in: grid)) }
    let front = points.map(\.xyz.y).min()!
    return Point.mean(of: points.filter { $0.xyz.y < front + 30 })
}

private func place(of voxel: Int, in grid: GridGeometry<Patient>) -> SIMD3<Int> {
    SIMD3(voxel % grid.size.x, voxel / grid.size.x % grid.size.y, voxel / (grid.size.x * grid.size.y))
}

/// The sacrum's probability on the part of the coarse grid where there is any: what the fine network saw below the lowest vertebra, and the coarse one
/// beyond that. Nil where there is none.
func sacrumProbability(coarse map: CoarseMap, lowest: FineMap) throws -> Volume<Float, Patient>? {
    let grid = map.geometry
    var (lower, upper) = (grid.size, SIMD3(0, 0, 0))
    for (at, chance) in map.sacrum.enumerated() where chance > 0.3 {
        let index = place(of: at, in: grid)
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
