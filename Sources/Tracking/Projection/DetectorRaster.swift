/// A regular pattern of places on the detector: all pixels, every other one, or a window of them.
public struct DetectorRaster: Equatable, Sendable {
    /// The pixel, with fractions, of the first place.
    public var first: SIMD2<Double>
    /// Pixels between neighbours, along u and along v.
    public var step: Double
    /// Columns and rows of places.
    public var size: SIMD2<Int>

    public init(first: SIMD2<Double>, step: Double, size: SIMD2<Int>) {
        (self.first, self.step, self.size) = (first, step, size)
    }

    /// Every pixel of a camera's image.
    public init(pixelsOf camera: CArmCamera) { self.init(first: SIMD2(0, 0), step: 1, size: camera.size) }

    /// The centres of blocks of `factor` x `factor` pixels; blocks that the image cuts are left out.
    public init(blocksOf factor: Int, in camera: CArmCamera) {
        self.init(first: SIMD2(repeating: Double(factor - 1) / 2), step: Double(factor), size: camera.size / factor)
    }

    public var count: Int { size.x * size.y }

    func pixel(_ column: Int, _ row: Int) -> SIMD2<Double> { first + step * SIMD2(Double(column), Double(row)) }

    /// The part of this raster that window is of, as a raster of its own.
    func window(_ window: RasterWindow) -> DetectorRaster {
        DetectorRaster(first: pixel(window.lower.x, window.lower.y), step: step, size: window.size)
    }
}

/// Columns and rows of a raster: `lower <= place < upper`.
struct RasterWindow: Equatable, Sendable {
    var lower: SIMD2<Int>
    var upper: SIMD2<Int>

    var size: SIMD2<Int> { upper &- lower }
    var isEmpty: Bool { lower.x >= upper.x || lower.y >= upper.y }

    func intersection(_ other: RasterWindow) -> RasterWindow {
        RasterWindow(
            lower: SIMD2(max(lower.x, other.lower.x), max(lower.y, other.lower.y)),
            upper: SIMD2(min(upper.x, other.upper.x), min(upper.y, other.upper.y)))
    }
}
