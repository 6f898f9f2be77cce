import Frames
import Meshes
import Volumes

/// The signed distance to the canal over `height`, from its closed slices; open slices take the nearest closed slice's outline.
///
/// Between canal and bone the surface is the bone's own, sub-voxel; where the label has a gap the canal ends half-way into it.
/// Slices hold pixels on whole millimetres of the vertebra frame, so they stack into a 1 mm grid.
func canalField(_ slices: [CanalSlice], bone: PosedBone, height: ClosedRange<Double>) throws -> SignedDistanceField<Vertebra> {
    let margin = 4.0
    let xs = slices.flatMap { $0.pixels.map(\.x) }
    let ys = slices.flatMap { $0.pixels.map(\.y) }
    let lower = SIMD3(xs.min()! - margin, ys.min()! - margin, height.lowerBound.rounded())
    let upper = SIMD3(xs.max()! + margin, ys.max()! + margin, height.upperBound.rounded())
    let grid = try GridGeometry<Vertebra>(
        size: SIMD3<Int>((upper - lower).rounded(.toNearestOrAwayFromZero)) &+ 1, spacing: SIMD3(1, 1, 1), origin: Point(lower))
    let layers = slices.map { (z: $0.z, values: canalLayer($0, bone: bone, lower: lower, size: grid.size)) }
    var values: [Float] = []
    values.reserveCapacity(grid.size.x * grid.size.y * grid.size.z)
    for k in 0..<grid.size.z {
        let z = lower.z + Double(k)
        values += layers.min { abs($0.z - z) < abs($1.z - z) }!.values
    }
    return redistanced(try Volume(geometry: grid, voxels: values))
}

/// Negative in the slice's hole and positive outside, by the distance to bone; x fastest.
private func canalLayer(_ slice: CanalSlice, bone: PosedBone, lower: SIMD3<Double>, size: SIMD3<Int>) -> [Float] {
    let hole = Set(slice.pixels.map { SIMD2(Int(($0.x - lower.x).rounded()), Int(($0.y - lower.y).rounded())) })
    // A hole that only closed when bone was thickened lacks as much all round: pixels off bone and that near to it belong to it.
    let reach = Int(slice.closing.rounded(.up))
    func isNearHole(_ i: Int, _ j: Int) -> Bool {
        (-reach...reach).contains { di in (-reach...reach).contains { hole.contains(SIMD2(i + di, j + $0)) } }
    }
    var values: [Float] = []
    for j in 0..<size.y {
        for i in 0..<size.x {
            let d = bone.distance(SIMD3(lower.x + Double(i), lower.y + Double(j), slice.z))
            // Never exactly on the surface, where a node has no side.
            let magnitude = Float(max(abs(d), 0.01))
            values.append(d > 0 && isNearHole(i, j) ? -magnitude : magnitude)
        }
    }
    return values
}

/// Median full width (x) and depth (y) of the canal over its closed slices, mm.
func medianSize(of slices: [CanalSlice]) -> SIMD2<Double> {
    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    return 2 * SIMD2(median(slices.map(\.halfSize.x)), median(slices.map(\.halfSize.y)))
}
