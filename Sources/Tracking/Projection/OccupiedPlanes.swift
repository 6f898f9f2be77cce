import Frames

/// For each tile of a raster, between which planes of the rays' main axis anything lies that they may meet.
///
/// Most of a vertebra's box is empty. A block of voxels casts a shadow on the raster; tiles outside all shadows see nothing, and others only from the first
/// block in their way to the last.
struct OccupiedPlanes {
    static let tileSide = 4
    private let columns: Int
    /// lower > upper where nothing is met.
    private var ranges: [(lower: Int32, upper: Int32)]

    /// - Complexity: O(blocks, and the tiles that each shadows).
    init(_ blocks: [VoxelBlock], _ bundle: RayBundle, _ raster: DetectorRaster) {
        let tiles = (raster.size &+ (Self.tileSide - 1)) / Self.tileSide
        columns = tiles.x
        ranges = Array(repeating: (Int32.max, -1), count: tiles.x * tiles.y)
        let shadows = ShadowPlaces(bundle, raster)
        for block in blocks {
            let lower = SIMD3(block.lower[bundle.axes.a], block.lower[bundle.axes.b], block.lower[bundle.axes.main])
            let upper = SIMD3(block.upper[bundle.axes.a], block.upper[bundle.axes.b], block.upper[bundle.axes.main])
            let shadow = shadows.tiles(lower, upper, side: Self.tileSide, count: tiles)
            guard !shadow.isEmpty else { continue }
            for row in shadow.lower.y..<shadow.upper.y {
                for n in (row * columns + shadow.lower.x)..<(row * columns + shadow.upper.x) {
                    ranges[n] = (min(ranges[n].lower, Int32(lower.z)), max(ranges[n].upper, Int32(upper.z)))
                }
            }
        }
    }

    /// The first and last plane that the ray to a place may meet something in; lower > upper where it meets nothing.
    @inline(__always) func range(_ column: Int, _ row: Int) -> (lower: Int, upper: Int) {
        let range = ranges[row / Self.tileSide * columns + column / Self.tileSide]
        return (Int(range.lower), Int(range.upper))
    }
}

/// Where points of the reordered index space (a, b, main) fall on a raster.
private struct ShadowPlaces {
    private let source: SIMD3<Float>
    /// Rows of the matrix from a point's offset from the source to (column w, row w, w).
    private let rows: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)
    private let size: SIMD2<Int>

    init(_ bundle: RayBundle, _ raster: DetectorRaster) {
        source = bundle.source
        size = raster.size
        // Cramer's rule for offset = column w alongRow + row w alongColumn + w corner.
        let volume = dot(bundle.alongRow, cross(bundle.alongColumn, bundle.corner))
        rows = (
            cross(bundle.alongColumn, bundle.corner) / volume, cross(bundle.corner, bundle.alongRow) / volume,
            cross(bundle.alongRow, bundle.alongColumn) / volume
        )
    }

    /// The tiles that a block of voxels may be seen in; all of them where that cannot be told.
    func tiles(_ lower: SIMD3<Int>, _ upper: SIMD3<Int>, side: Int, count: SIMD2<Int>) -> RasterWindow {
        // A bilinear sample takes part of voxels less than one away.
        let low = SIMD3<Float>(lower) - SIMD3(1, 1, 0) - source
        let high = SIMD3<Float>(upper) + SIMD3(1, 1, 0) - source
        // All eight corners at once.
        let x = SIMD8(low.x, high.x, low.x, high.x, low.x, high.x, low.x, high.x)
        let y = SIMD8(low.y, low.y, high.y, high.y, low.y, low.y, high.y, high.y)
        let z = SIMD8(lowHalf: SIMD4(repeating: low.z), highHalf: SIMD4(repeating: high.z))
        let depth = rows.2.x * x + rows.2.y * y + rows.2.z * z
        // At or behind the source: it has no shadow that ends.
        guard depth.min() > 1e-6 else { return RasterWindow(lower: SIMD2(0, 0), upper: count) }
        let column = (rows.0.x * x + rows.0.y * y + rows.0.z * z) / depth
        let row = (rows.1.x * x + rows.1.y * y + rows.1.z * z) / depth
        let first = SIMD2(column.min(), row.min())
        let last = SIMD2(column.max(), row.max())
        // A place's breadth of margin for rounding; clamped first, since a far shadow may be outside what an integer holds.
        let ends = SIMD2<Float>(size)
        let from = pointwiseMin(pointwiseMax(first - 1, SIMD2(0, 0)), ends).rounded(.down)
        let to = pointwiseMin(pointwiseMax(last + 1, SIMD2(-1, -1)), ends - 1).rounded(.up)
        return RasterWindow(
            lower: SIMD2(Int(from.x), Int(from.y)) / side, upper: SIMD2(Int(to.x) + side, Int(to.y) + side) / side)
    }
}
