import Anatomy
import Frames
import Volumes

/// `labels` on another grid, by world position: each voxel takes the label with the greatest trilinear weight at its centre.
///
/// A label's surface is then the half level of its own trilinear interpolation, which follows a slanted wall instead of
/// repeating the coarse grid's steps, as nearest-neighbour sampling would. Equal weights go to the lower id, background first. Up to half
/// a voxel outside the outermost centres the nearest layer is used; beyond that there is no label.
///
/// - Complexity: O(target voxels inside the labels' bounding box).
func resampled(_ labels: LabelVolume, onto grid: GridGeometry<Patient>) -> LabelVolume {
    var result = LabelVolume(geometry: grid, repeating: 0)
    let regions = labelledRegions(of: labels)
    guard let box = targetBox(of: regions, from: labels.geometry, to: grid) else { return result }
    let source = labels.geometry
    let first = source.index(of: grid.point(at: SIMD3(0, 0, 0)))
    func step(_ x: Int, _ y: Int, _ z: Int) -> SIMD3<Double> { source.index(of: grid.point(at: SIMD3(x, y, z))) - first }
    let (di, dj, dk) = (step(1, 0, 0), step(0, 1, 0), step(0, 0, 1))
    labels.voxels.withUnsafeBufferPointer { voxels in
        var vote = TrilinearVote(voxels: voxels, size: source.size)
        for k in box.lower.z..<box.upper.z {
            for j in box.lower.y..<box.upper.y {
                let row = first + Double(j) * dj + Double(k) * dk
                for i in box.lower.x..<box.upper.x {
                    result.voxels[grid.offset(i, j, k)] = vote.winner(at: row + Double(i) * di)
                }
            }
        }
    }
    return result
}

/// Whether the voxel centres of one grid are voxel centres of the other: the same lattice, turned, flipped, cropped or padded.
public func sharesVoxelCentres(_ a: GridGeometry<Patient>, _ b: GridGeometry<Patient>, tolerance: Double) -> Bool {
    // All steps of b must be whole steps of a, and so must b's corners; the volume rules out multiples.
    let ends = [SIMD3(0, 0, 0), SIMD3(b.size.x - 1, 0, 0), SIMD3(0, b.size.y - 1, 0), SIMD3(0, 0, b.size.z - 1)]
    let steps = [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)]
    let onCentres = (ends + steps).allSatisfy { index in
        let at = a.index(of: b.point(at: index))
        return ((at - at.rounded(.toNearestOrEven)) * a.spacing).length <= tolerance
    }
    return onCentres && abs(a.voxelVolume / b.voxelVolume - 1) < 1e-3
}

func resamplingWarning(from source: GridGeometry<Patient>, to grid: GridGeometry<Patient>) -> LabelWarning {
    func text(_ s: SIMD3<Double>) -> String { [s.x, s.y, s.z].map { String(($0 * 100).rounded() / 100) }.joined(separator: " x ") }
    return LabelWarning(
        .resampled,
        "the label map's grid (\(text(source.spacing)) mm) is not the image's (\(text(grid.spacing)) mm): labels were resampled by "
            + "position, and their walls are known to about half a voxel of the coarser grid")
}

/// - Throws: `SegmentationError.noOverlap` when nothing of the labels lies inside the image. Otherwise a warning with what was lost.
func checkOverlap(from source: LabelVolume, regions: [LabelledRegion], to target: LabelVolume) throws -> [LabelWarning] {
    let inside = voxelsInside(target.geometry, of: source)
    guard regions.contains(where: { inside[Int($0.level.rawValue)] > 0 }) else {
        throw SegmentationError.noOverlap(labels: PatientExtent(of: source.geometry), image: PatientExtent(of: target.geometry))
    }
    let lost = regions.filter { inside[Int($0.level.rawValue)] < $0.voxelCount }
    guard !lost.isEmpty else { return [] }
    let shares: [LevelText] = lost.map { "\($0.level) \((1 - Double(inside[Int($0.level.rawValue)]) / Double($0.voxelCount)).percent)" }
    return [
        LabelWarning(
            .labelsBeyondImage, levels: lost.map(\.level),
            "part of the labels lies outside the image and was left out: \(shares.joined(separator: ", ")); is it the same scan? "
                + "labels span \(PatientExtent(of: source.geometry)), the image \(PatientExtent(of: target.geometry)) (LPS)")
    ]
}

/// For each id, how many of its voxel centres lie inside `grid`.
private func voxelsInside(_ grid: GridGeometry<Patient>, of labels: LabelVolume) -> [Int] {
    var inside = [Int](repeating: 0, count: 256)
    let source = labels.geometry
    let upper = SIMD3<Double>(grid.size) - 0.5
    for k in 0..<source.size.z {
        for j in 0..<source.size.y {
            for i in 0..<source.size.x {
                let id = labels[i, j, k]
                guard id != 0 else { continue }
                let at = grid.index(of: source.point(at: SIMD3(i, j, k)))
                // Half a voxel of rounding slack, so that a shared face is not called a loss.
                if at.min() >= -1, at.x <= upper.x + 0.5, at.y <= upper.y + 0.5, at.z <= upper.z + 0.5 { inside[Int(id)] += 1 }
            }
        }
    }
    return inside
}

/// The target voxels that can receive a label: those near the labels' bounding box, or nil when there are none.
private func targetBox(
    of regions: [LabelledRegion], from source: GridGeometry<Patient>, to grid: GridGeometry<Patient>
) -> (lower: SIMD3<Int>, upper: SIMD3<Int>)? {
    guard let first = regions.first else { return nil }
    let lower = regions.reduce(first.lower) { pointwiseMin($0, $1.lower) }
    let upper = regions.reduce(first.upper) { pointwiseMax($0, $1.upper) }
    // One source voxel around, as far as trilinear weights reach.
    let low = SIMD3<Double>(lower) - 1
    let high = SIMD3<Double>(upper)
    let corners = (0..<8).map { corner in
        grid.index(
            of: source.point(
                at: SIMD3(corner & 1 == 0 ? low.x : high.x, corner & 2 == 0 ? low.y : high.y, corner & 4 == 0 ? low.z : high.z)))
    }
    let bottom = corners.reduce(corners[0]) { pointwiseMin($0, $1) }
    let top = corners.reduce(corners[0]) { pointwiseMax($0, $1) }
    // Clamped as numbers first: a far-away grid's indices need not fit an Int.
    let limit = SIMD3<Double>(grid.size)
    let from = pointwiseMin(pointwiseMax(bottom.rounded(.down), SIMD3(repeating: 0)), limit)
    let to = pointwiseMin(pointwiseMax(top.rounded(.up) + 1, SIMD3(repeating: 0)), limit)
    let lowerBound = SIMD3(Int(from.x), Int(from.y), Int(from.z))
    let upperBound = SIMD3(Int(to.x), Int(to.y), Int(to.z))
    return (upperBound &- lowerBound).min() > 0 ? (lowerBound, upperBound) : nil
}

/// Votes among the eight voxels around a position.
private struct TrilinearVote {
    let voxels: UnsafeBufferPointer<UInt8>
    let size: SIMD3<Int>
    private var weights = [Double](repeating: 0, count: 256)

    init(voxels: UnsafeBufferPointer<UInt8>, size: SIMD3<Int>) {
        self.voxels = voxels
        self.size = size
    }

    /// The label with the greatest weight at a continuous index, 0 outside.
    mutating func winner(at index: SIMD3<Double>) -> UInt8 {
        let last = SIMD3<Double>(size) - 1
        guard index.x >= -0.5, index.y >= -0.5, index.z >= -0.5, index.x <= last.x + 0.5, index.y <= last.y + 0.5, index.z <= last.z + 0.5
        else { return 0 }
        let inside = pointwiseMin(pointwiseMax(index, SIMD3(repeating: 0)), last)
        let base = SIMD3(Int(inside.x), Int(inside.y), Int(inside.z))
        let next = pointwiseMin(base &+ SIMD3(repeating: 1), size &- SIMD3(repeating: 1))
        let rows = (
            (base.z * size.y + base.y) * size.x, (base.z * size.y + next.y) * size.x, (next.z * size.y + base.y) * size.x,
            (next.z * size.y + next.y) * size.x
        )
        let ids = (
            voxels[rows.0 + base.x], voxels[rows.0 + next.x], voxels[rows.1 + base.x], voxels[rows.1 + next.x],
            voxels[rows.2 + base.x], voxels[rows.2 + next.x], voxels[rows.3 + base.x], voxels[rows.3 + next.x]
        )
        let id = ids.0
        if id == ids.1, id == ids.2, id == ids.3, id == ids.4, id == ids.5, id == ids.6, id == ids.7 { return id }
        return weighed(ids, fraction: inside - SIMD3<Double>(base))
    }

    private mutating func weighed(
        _ ids: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8), fraction f: SIMD3<Double>
    ) -> UInt8 {
        let (x, y, z) = (f.x, f.y, f.z)
        let around = [
            (ids.0, (1 - x) * (1 - y) * (1 - z)), (ids.1, x * (1 - y) * (1 - z)), (ids.2, (1 - x) * y * (1 - z)), (ids.3, x * y * (1 - z)),
            (ids.4, (1 - x) * (1 - y) * z), (ids.5, x * (1 - y) * z), (ids.6, (1 - x) * y * z), (ids.7, x * y * z),
        ]
        for (id, weight) in around { weights[Int(id)] += weight }
        var best = around[0].0
        for (id, _) in around where weights[Int(id)] > weights[Int(best)] || (weights[Int(id)] == weights[Int(best)] && id < best) {
            best = id
        }
        for (id, _) in around { weights[Int(id)] = 0 }
        return best
    }
}
