import Frames
import Volumes

/// The border between a mask's set and unset voxels: the rectangles between their boxes.
struct MaskBorder {
    private let mask: PaddedMask
    private let grid: PlainGrid
    private let spacing: SIMD3<Double>

    /// Nil for an empty mask.
    init?<F>(_ mask: Volume<Bool, F>) {
        guard let box = occupiedBox(of: mask) else { return nil }
        // One unset voxel all round, so that each face lies between two voxels of the padded mask.
        self.mask = PaddedMask(mask, box: box, pad: SIMD3(repeating: 1))
        grid = PlainGrid(mask.geometry)
        spacing = mask.geometry.spacing
    }

    /// The distance (mm) from a point to the nearest rectangle of the border; infinity when there is none within `reach` mm.
    ///
    /// Complexity: the voxels within about twice the distance.
    func distance(from point: SIMD3<Double>, reach: Double = 50) -> Double {
        let at = grid.index(of: point) - SIMD3<Double>(mask.lower)
        var radius = spacing.max()
        while true {
            let best = nearest(to: at, within: radius)
            // Only what is found within the radius is known to be the nearest.
            if best <= radius * radius { return best.squareRoot() }
            if radius >= reach { return .infinity }
            radius = min(2 * radius, reach)
        }
    }

    /// The least squared distance from a continuous index of the padded mask to the rectangles that reach into the box of `radius` mm round it.
    private func nearest(to at: SIMD3<Double>, within radius: Double) -> Double {
        var best = Double.infinity
        forEachFace(from: at - radius / spacing - 1, to: at + radius / spacing + 1) { i, j, k, axis in
            let off = at - SIMD3(Double(i), Double(j), Double(k))
            var away = pointwiseMax(pointwiseMax(off, -off) - 0.5, SIMD3())
            away[axis] = off[axis] - 0.5
            away *= spacing
            best = min(best, (away * away).sum())
        }
        return best
    }

    /// The centres of all the border's rectangles, with their areas in mm².
    func forEachFace(_ body: (SIMD3<Double>, Double) -> Void) {
        let volume = spacing.x * spacing.y * spacing.z
        forEachFace(from: SIMD3(), to: SIMD3<Double>(mask.size)) { i, j, k, axis in
            var centre = SIMD3(Double(i), Double(j), Double(k)) + SIMD3<Double>(mask.lower)
            centre[axis] += 0.5
            body(grid.point(at: centre), volume / spacing[axis])
        }
    }

    /// Each pair of a set and an unset voxel beside each other: the lower one's index and the axis along which they differ.
    private func forEachFace(from lower: SIMD3<Double>, to upper: SIMD3<Double>, _ body: (Int, Int, Int, Int) -> Void) {
        let size = mask.size
        func range(_ axis: Int) -> Range<Int> {
            let low = max(0, Int(lower[axis].rounded(.down)))
            return low..<max(low, min(size[axis] - 1, Int(upper[axis].rounded(.up))))
        }
        let strides = (1, size.x, size.x * size.y)
        mask.isSet.withUnsafeBufferPointer { isSet in
            for k in range(2) {
                for j in range(1) {
                    for i in range(0) {
                        let at = k * strides.2 + j * strides.1 + i
                        let set = isSet[at]
                        if isSet[at + strides.0] != set { body(i, j, k, 0) }
                        if isSet[at + strides.1] != set { body(i, j, k, 1) }
                        if isSet[at + strides.2] != set { body(i, j, k, 2) }
                    }
                }
            }
        }
    }
}
