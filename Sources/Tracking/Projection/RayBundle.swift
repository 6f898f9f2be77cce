import Frames
import Volumes

/// The rays from a source to the places of a raster, in the index space of one grid, whose axes are reordered: (a, b, main).
///
/// The main axis is the one that the middle ray crosses most planes of. Because index space is an affine picture of the C-arm's, a ray's direction is
/// affine in column and row.
struct RayBundle {
    /// The source's index.
    let source: SIMD3<Float>
    /// From the source to the raster's first place, and from one place to the next along a row and along a column.
    let corner: SIMD3<Float>
    let alongRow: SIMD3<Float>
    let alongColumn: SIMD3<Float>
    /// The places on the detector, mm in the C-arm frame.
    let detectorCorner: SIMD2<Float>
    let detectorStep: SIMD2<Float>
    let distance: Float
    /// Voxels, and the array's stride, along a, b and main.
    let size: SIMD3<Int>
    let stride: SIMD3<Int>
    /// Which of the grid's axes a, b and main are.
    let axes: (a: Int, b: Int, main: Int)

    init<F>(from camera: CArmCamera, to raster: DetectorRaster, through grid: GridGeometry<F>, at carmFromVolume: RigidTransform<CArm, F>) {
        let volumeFromCarm = carmFromVolume.inverse
        func index(_ p: Point<CArm>) -> SIMD3<Double> { grid.index(of: volumeFromCarm * p) }
        func place(_ column: Double, _ row: Double) -> SIMD3<Double> {
            index(camera.detectorPoint(at: raster.first + raster.step * SIMD2(column, row)))
        }
        let source = index(Point(0, 0, 0))
        let first = place(0, 0)
        let middle = place(Double(raster.size.x - 1) / 2, Double(raster.size.y - 1) / 2) - source
        let axes = Self.order(middle)
        func reordered<Number: SIMDScalar>(_ v: SIMD3<Number>) -> SIMD3<Number> { SIMD3(v[axes.a], v[axes.b], v[axes.main]) }
        self.axes = axes
        self.source = SIMD3<Float>(reordered(source))
        corner = SIMD3<Float>(reordered(first - source))
        alongRow = SIMD3<Float>(reordered(place(1, 0) - first))
        alongColumn = SIMD3<Float>(reordered(place(0, 1) - first))
        let onDetector = camera.detectorPoint(at: raster.first)
        detectorCorner = SIMD2(Float(onDetector.x), Float(onDetector.y))
        detectorStep = SIMD2<Float>(camera.pixelSpacing * raster.step)
        distance = Float(camera.sourceDetectorDistance)
        size = reordered(grid.size)
        stride = reordered(SIMD3(1, grid.size.x, grid.size.x * grid.size.y))
    }

    private static func order(_ direction: SIMD3<Double>) -> (a: Int, b: Int, main: Int) {
        let (x, y, z) = (abs(direction.x), abs(direction.y), abs(direction.z))
        if z >= x && z >= y { return (0, 1, 2) }
        return y >= x ? (0, 2, 1) : (1, 2, 0)
    }

    @inline(__always) func direction(_ column: Int, _ row: Int) -> SIMD3<Float> {
        corner + Float(column) * alongRow + Float(row) * alongColumn
    }

    /// The ray's length from source to detector, mm.
    @inline(__always) func length(_ column: Int, _ row: Int) -> Float {
        let place = detectorCorner + SIMD2(Float(column), Float(row)) * detectorStep
        return (place.x * place.x + place.y * place.y + distance * distance).squareRoot()
    }

    /// The planes of the main axis between source and detector that a ray crosses inside the grid; empty when lower > upper.
    ///
    /// Rays more than 83 degrees from the main axis (in index space) are taken to cross none: no C-arm's cone is so wide, and where they run along the planes
    /// crossings cannot be told to a voxel.
    @inline(__always) func planes(_ slope: SIMD2<Float>, _ start: SIMD2<Float>, _ mainDirection: Float) -> (lower: Int, upper: Int) {
        // Written so that NaN fails.
        guard abs(slope.x) < 8, abs(slope.y) < 8 else { return (0, -1) }
        let ends = (source.z, source.z + mainDirection)
        var lower = max(0, min(ends.0, ends.1))
        var upper = min(Float(size.z - 1), max(ends.0, ends.1))
        Self.clip(&lower, &upper, start.x, slope.x, Float(size.x - 1))
        Self.clip(&lower, &upper, start.y, slope.y, Float(size.y - 1))
        // Bounds that meet nowhere may be far outside what an integer holds.
        guard lower <= upper else { return (0, -1) }
        return (Int(lower.rounded(.up)), Int(upper.rounded(.down)))
    }

    /// Narrows [lower, upper] to where 0 <= start + slope * k < limit. The small margin keeps rounding from reaching the neighbour beyond the edge.
    @inline(__always)
    private static func clip(_ lower: inout Float, _ upper: inout Float, _ start: Float, _ slope: Float, _ limit: Float) {
        let low: Float = 1e-3
        let high = limit - 1e-3
        if abs(slope) < 1e-7 {
            if start < low || start > high { upper = -1 }
            return
        }
        let (one, two) = ((low - start) / slope, (high - start) / slope)
        lower = max(lower, min(one, two))
        upper = min(upper, max(one, two))
    }
}

@inline(__always) func cross(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
    SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

@inline(__always) func dot(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Float { (a * b).sum() }
