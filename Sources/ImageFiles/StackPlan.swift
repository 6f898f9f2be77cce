import Frames
import Volumes

/// Where each slice of a stack goes on the output grid.
struct StackPlan {
    /// The kept slices, lowest first.
    var slices: [DicomSlice]
    var grid: GridGeometry<Patient>
    /// The position of each slice's first pixel on the grid, in pixels: whole and zero unless the gantry is tilted.
    var offsets: [SIMD2<Double>]
    /// The heights of slices that must be interpolated onto the even grid, mm; nil where slice k is plane k.
    var unevenHeights: [Double]?
    var warnings: [ImageWarning] = []

    /// Throws: `ImageFileError.unevenSlices` unless resampling was asked for; `.tooLarge`.
    init(
        stack: SliceStack, slices: [DicomSlice], files: [DicomFile], axes: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>),
        options: ReadOptions
    ) throws {
        guard stack.isEven || options.resamplesUnevenSlices else { throw uneven(stack) }
        self.slices = stack.order.map { slices[$0] }
        let first = self.slices[0]
        let file = files[first.file]
        let pixel = SIMD2(first.pose.columnSpacing, first.pose.rowSpacing)
        let placed = stack.isTilted ? stack.shifts.map { $0 / pixel } : stack.shifts.map { _ in SIMD2(0, 0) }
        let low = SIMD2(placed.map(\.x).min()!, placed.map(\.y).min()!).rounded(.down)
        let high = SIMD2(placed.map(\.x).max()!, placed.map(\.y).max()!).rounded(.up)
        offsets = placed.map { $0 - low }
        var size = SIMD3(file.columns + Int(high.x - low.x), file.rows + Int(high.y - low.y), stack.order.count)
        var spacing = SIMD3(pixel.x, pixel.y, stack.spacing)
        if !stack.isEven {
            spacing.z = medianGap(stack.heights)
            size.z = Int(stack.heights.last! / spacing.z + 1e-6) + 1
            unevenHeights = stack.heights
        }
        let voxels = size.x * size.y * max(size.z, stack.order.count)
        guard voxels <= options.largestVoxelCount else {
            throw ImageFileError.tooLarge(path: file.path, voxels: voxels, limit: options.largestVoxelCount)
        }
        let corner = first.pose.position + low.x * pixel.x * axes.0 + low.y * pixel.y * axes.1
        let affine = IndexAffine(steps: (axes.0 * spacing.x, axes.1 * spacing.y, axes.2 * spacing.z), origin: corner)
        grid = try affine.grid(size: size, path: file.path)
        warnings = stackWarnings(stack)
    }
}

private func uneven(_ stack: SliceStack) -> ImageFileError {
    .unevenSlices(gaps: stack.gaps, usualMM: medianGap(stack.heights))
}

private func stackWarnings(_ stack: SliceStack) -> [ImageWarning] {
    var warnings: [ImageWarning] = []
    if !stack.isEven {
        warnings.append(
            .init(
                .slicesResampled,
                "the slices are \(millimetres(stack.smallestGap)) to \(millimetres(stack.largestGap)) mm apart and were interpolated every "
                    + "\(millimetres(medianGap(stack.heights))) mm"))
    } else if stack.unevenness > 0.005 {
        warnings.append(
            .init(
                .slicePositionsRounded,
                "slices lie up to \(millimetres(stack.unevenness)) mm from even positions and were taken as even"))
    }
    if stack.isTilted {
        warnings.append(
            .init(
                .gantryTilt,
                "the slices are shifted against each other as by a gantry tilt of \(millimetres(stack.tilt * 180 / .pi)) degrees; they were "
                    + "interpolated onto an orthogonal grid padded with air"))
    }
    return warnings
}
