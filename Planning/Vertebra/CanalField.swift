import Frames
import Meshes
import Volumes

/// The signed distance to the canal over `height`, from its closed slices; open slices take the nearest closed slice's outline.
///
/// Slices hold pixels on whole millimetres of the vertebra frame, so they stack into a 1 mm grid.
func canalField(_ slices: [CanalSlice], height: ClosedRange<Double>) throws -> SignedDistanceField<Vertebra> {
    let xs = slices.flatMap { $0.pixels.map(\.x) }
    let ys = slices.flatMap { $0.pixels.map(\.y) }
    let lower = SIMD3(xs.min()!, ys.min()!, height.lowerBound.rounded())
    let upper = SIMD3(xs.max()!, ys.max()!, height.upperBound.rounded())
    let grid = try GridGeometry<Vertebra>(
        size: SIMD3<Int>((upper - lower).rounded(.toNearestOrAwayFromZero)) &+ 1, spacing: SIMD3(1, 1, 1), origin: Point(lower))
    var mask = Volume<Bool, Vertebra>(geometry: grid, repeating: false)
    for k in 0..<grid.size.z {
        let z = lower.z + Double(k)
        let nearest = slices.min { abs($0.z - z) < abs($1.z - z) }!
        for pixel in nearest.pixels {
            mask[Int((pixel.x - lower.x).rounded()), Int((pixel.y - lower.y).rounded()), k] = true
        }
    }
    return try signedDistance(of: mask)
}

/// Median full width (x) and depth (y) of the canal over its closed slices, mm.
func medianSize(of slices: [CanalSlice]) -> SIMD2<Double> {
    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    return 2 * SIMD2(median(slices.map(\.halfSize.x)), median(slices.map(\.halfSize.y)))
}
