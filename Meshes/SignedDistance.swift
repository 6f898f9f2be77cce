import Frames
import Volumes

/// The signed distance to the smooth closed surface that a mask stands for, true to sub-voxel size, negative inside, millimetres.
///
/// 1. Signed distance from each voxel centre to the mask's border, on the mask's own, possibly anisotropic grid.
/// 2. The smoothest field that keeps each voxel centre on its side (`thinPlateSmoothed`).
/// 3. Cubic interpolation onto an isotropic grid along the same axes (shape-based interpolation, Raya and Udupa 1990).
/// 4. The level is chosen so that the enclosed volume is the mask's.
/// 5. Distances are made true again to the zero surface, medial axis included.
///
/// - Parameter mask: any grid: anisotropic, oblique, left-handed; where the mask meets the volume's border the surface closes there.
/// - Throws: `MeshError` for an empty mask, a parameter out of range or a grid beyond 64 million nodes.
/// - Complexity: linear in the voxels of the mask's box and of the field's grid.
/// - Accuracy: on shapes voxelised at 1 mm the 95th percentile of the error within 5 mm is under 0.15 mm (SignedDistanceTests).
public func signedDistance<F>(
    of mask: Volume<Bool, F>, parameters: SurfaceParameters = .init()
) throws -> SignedDistanceField<F> {
    try parameters.validate()
    guard let box = occupiedBox(of: mask) else { throw MeshError.emptyMask }
    let spacing = mask.geometry.spacing
    let h = parameters.spacing(forVoxels: spacing)
    let pad = SIMD3<Int>((SIMD3(repeating: parameters.margin + 2 * h) / spacing).rounded(.up)) &+ 1
    let padded = PaddedMask(mask, box: box, pad: pad)
    let grid = try fieldGrid(mask.geometry, box: box, spacing: h, margin: parameters.margin)
    let rough = thinPlateSmoothed(maskDistances(padded), size: padded.size, spacing: padded.spacing)
    let smooth = resampled(rough, of: padded, onto: grid, in: mask.geometry, smoothing: parameters.smoothing)
    let target = Double(padded.setCount) * mask.geometry.voxelVolume / (h * h * h)
    let level = volumeKeepingLevel(smooth, size: grid.size, spacing: Float(h), volume: target)
    let shifted = smooth.map { ($0 - level) / Float(h) }
    let nodes = redistanced(shifted, size: grid.size, accurateWithin: Float(parameters.accurateWithin / h))
    let volume = try Volume(geometry: grid, voxels: nodes.map { $0 * Float(h) })
    return SignedDistanceField(volume: volume)
}

/// The isotropic right-handed grid round a mask's box, along the mask's axes (the third turned when they are left-handed).
private func fieldGrid<F>(
    _ mask: GridGeometry<F>, box: (lower: SIMD3<Int>, upper: SIMD3<Int>), spacing h: Double, margin: Double
) throws -> GridGeometry<F> {
    let limit = 64_000_000
    let extent = SIMD3<Double>(box.upper &- box.lower) * mask.spacing + 2 * margin
    let nodes = (extent / h).rounded(.up) + 1
    let wanted = nodes.x * nodes.y * nodes.z
    guard wanted <= Double(limit) else { throw MeshError.gridTooLarge(voxels: wanted, limit: limit) }
    // The box's outer faces lie half a voxel beyond its outermost centres.
    var first = SIMD3<Double>(box.lower) - 0.5 - margin / mask.spacing
    var axes = mask.axes
    if !mask.isRightHanded {
        first.z = Double(box.upper.z) - 0.5 + margin / mask.spacing.z
        axes.2 = -axes.2
    }
    return try GridGeometry(size: SIMD3<Int>(nodes), spacing: SIMD3(repeating: h), origin: mask.point(at: first), axes: axes)
}

/// `values`, given at a padded mask's voxels, at the nodes of `grid`, which runs along the same axes.
private func resampled<F>(
    _ values: [Float], of mask: PaddedMask, onto grid: GridGeometry<F>, in geometry: GridGeometry<F>, smoothing: Double
) -> [Float] {
    let start = geometry.index(of: grid.point(at: SIMD3<Int>())) - SIMD3<Double>(mask.lower)
    let end = geometry.index(of: grid.point(at: grid.size &- 1)) - SIMD3<Double>(mask.lower)
    func axis(_ a: Int) -> AxisResampling {
        let step = (end[a] - start[a]) / Double(grid.size[a] - 1)
        return AxisResampling(
            positions: (0..<grid.size[a]).map { start[a] + Double($0) * step }, count: mask.size[a], sigma: smoothing / mask.spacing[a])
    }
    return resample(values, size: mask.size, x: axis(0), y: axis(1), z: axis(2))
}
