import Frames
import Volumes

/// Where S1's body lies, if a sacrum is in view: the highest centre that lies within sacrum, or else the front of the sacrum's top.
///
/// What the network takes for sacrum counts only where its upper part, S1's, lies on bone, one step below the lowest body of the spine. Further down the
/// coarse network may run on into the pelvis, which says nothing against the top.
///
/// - Parameter lowest: the centre of the spine's lowest body.
func sacrumEvidence(
    _ centres: [BodyCentre], lowest: Point<Patient>, map: CoarseMap, parameters: SegmentationParameters
) -> NamingEvidence.Sacrum? {
    let grid = map.geometry
    let mask = largestPiece(of: map.sacrum.map { $0 > 0.5 }, size: grid.size).mask
    let voxels = mask.indices.filter { mask[$0] }
    guard !voxels.isEmpty else { return nil }
    let upper = upperPart(of: voxels, grid: grid)
    let bony = upper.count { map.image[$0] > map.bonyValue }
    let volume = Double(upper.count) * grid.voxelVolume
    guard volume >= parameters.leastSacrum, Double(bony) > leastBonyShare * Double(upper.count) else { return nil }
    let confidence = min(0.99, volume / (volume + parameters.leastSacrum))
    let centre = centres.filter { $0.sacrumShare >= 0.5 }.max { $0.point.z < $1.point.z }?.point ?? frontOfTop(upper, grid: grid)
    guard let centre, lowest.z > centre.z, stepToSacrum.contains(lowest.distance(to: centre)) else { return nil }
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

/// Where S1's body may be, turned like the lowest vertebra: as far below it as the next one is above it. Nil where the image ends before.
///
/// - Parameter vertebrae: poses from head to foot.
func poseBelow(_ vertebrae: [VertebraPose], in view: GridGeometry<Patient>) -> VertebraPose? {
    guard var pose = vertebrae.last else { return nil }
    let above = vertebrae.dropLast().last.map { $0.centre - pose.centre }
    // Where the next one was missed the step would lead too far.
    let step = above.flatMap { stepsOfLumbarSpine.contains($0.length) ? $0 : nil } ?? usualStep * Vector(pose.up)
    pose.centre = pose.centre - step
    return view.holds(pose.centre) ? pose : nil
}

/// From body centre to body centre, L3 to S1, mm.
private let (usualStep, stepsOfLumbarSpine) = (36.0, 26.0...48.0)

extension FineMap {
    /// Whether it is a sacrum that lies where its vertebra's body should be, within 10 mm.
    var isSacrumAtCentre: Bool {
        var (bone, ofSacrum): (Float, Float) = (0, 0)
        forEachVoxel { offset, place in
            guard (place * place).sum() < 100 else { return }
            bone += thisVertebra.voxels[offset]
            ofSacrum += sacrum[offset]
        }
        return ofSacrum > bone
    }
}

extension CoarseMap {
    /// The map with the sacrum that the fine network sees, where that looks: it is the sharper one, and has learned more of the hips beside a sacrum.
    ///
    /// - Complexity: a copy of the map, and O(voxels of the fine patch).
    func withSacrum(of map: FineMap) throws -> CoarseMap {
        let fine = try Volume(geometry: map.thisVertebra.geometry, voxels: map.sacrum)
        let corners = fine.geometry.corners.map { geometry.index(of: $0) }
        let from = pointwiseMax(SIMD3<Int>(corners.reduce(corners[0], pointwiseMin), rounding: .down), .zero)
        let to = pointwiseMin(SIMD3<Int>(corners.reduce(corners[0], pointwiseMax), rounding: .up) &+ 1, geometry.size)
        guard (to &- from).min() > 0 else { return self }
        var result = self
        for k in from.z..<to.z {
            for j in from.y..<to.y {
                for i in from.x..<to.x {
                    let point = geometry.point(at: SIMD3(i, j, k))
                    guard let sharper = fine.linear(at: point) else { continue }
                    let at = geometry.offset(i, j, k)
                    // At its rim the fine patch sees too little around: there both count.
                    let share = Float(min(1, rim(fine.geometry.index(of: point), fine.geometry.size) / 5))
                    result.sacrum[at] = share * Float(sharper) + (1 - share) * sacrum[at]
                }
            }
        }
        return result
    }

    /// The map without sacrum where there is no bone: below S1 the coarse network may run on into the pelvis.
    func withBonySacrum() -> CoarseMap {
        var result = self
        for at in sacrum.indices where image[at] <= bonyValue { result.sacrum[at] = 0 }
        return result
    }

    /// The sacrum's probability on the part of the grid where there is any; nil where there is none.
    func sacrumProbability() throws -> Volume<Float, Patient>? {
        var (lower, upper) = (geometry.size, SIMD3(0, 0, 0))
        for (at, chance) in sacrum.enumerated() where chance > 0.3 {
            let index = place(of: at, in: geometry)
            lower = pointwiseMin(lower, index)
            upper = pointwiseMax(upper, index)
        }
        guard (upper &- lower).min() >= 0 else { return nil }
        let (from, to) = (pointwiseMax(lower &- 3, SIMD3(repeating: 0)), pointwiseMin(upper &+ 4, geometry.size))
        return try Volume(geometry: geometry, voxels: sacrum).cropped(from: from, to: to)
    }
}

/// The distance to the nearest face of a grid, voxels.
private func rim(_ index: SIMD3<Double>, _ size: SIMD3<Int>) -> Double {
    min(index.min(), (SIMD3<Double>(size &- 1) - index).min())
}
