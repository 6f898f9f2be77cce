/// Where one ray crosses the planes of its main axis.
struct RayCrossings {
    let direction: SIMD3<Float>
    /// The crossing of plane k: start + k slope, indices along a and b.
    let start: SIMD2<Float>
    let slope: SIMD2<Float>
    /// The planes that it crosses inside the grid and where it may meet something.
    let lower: Int
    let upper: Int

    /// Nil where the ray meets nothing.
    @inline(__always) init?(_ bundle: RayBundle, _ occupied: OccupiedPlanes, _ column: Int, _ row: Int) {
        let range = occupied.range(column, row)
        guard range.lower <= range.upper else { return nil }
        direction = bundle.direction(column, row)
        slope = SIMD2(direction.x, direction.y) / direction.z
        start = SIMD2(bundle.source.x, bundle.source.y) - bundle.source.z * slope
        let inside = bundle.planes(slope, start, direction.z)
        lower = max(inside.lower, range.lower)
        upper = min(inside.upper, range.upper)
        guard lower <= upper else { return nil }
    }

    /// Calls `body` with the crossings of all planes, four at a time. The last four may hold some again: their weights are 0, all others 1.
    @inline(__always)
    func forEachFour(
        _ voxels: UnsafePointer<Float>, _ stride: SIMD3<Int>, _ body: (_ crossings: FourCrossings, _ weight: SIMD4<Float>) -> Void
    ) {
        var planes = FourPlanes(first: lower, voxels, stride.z)
        var k = lower
        while k &+ 3 <= upper {
            body(FourCrossings(self, planes, stride), SIMD4(repeating: 1))
            planes.advance()
            k &+= 4
        }
        if k <= upper {
            let weight = planes.clamp(toLast: upper &- k, stride.z)
            body(FourCrossings(self, planes, stride), weight)
        }
    }
}

/// Four planes that follow each other.
private struct FourPlanes {
    var numbers: SIMD4<Float>
    var first: UnsafePointer<Float>
    /// Voxels from the first to the others.
    var ahead: (Int, Int, Int)
    let step: Int

    @inline(__always) init(first plane: Int, _ voxels: UnsafePointer<Float>, _ stride: Int) {
        numbers = Float(plane) + SIMD4(0, 1, 2, 3)
        first = voxels + plane &* stride
        ahead = (stride, 2 &* stride, 3 &* stride)
        step = 4 &* stride
    }

    @inline(__always) mutating func advance() {
        numbers += 4
        first += step
    }

    /// Puts the planes after the one that is `last` from the first (0 to 2) onto it, and returns which count.
    @inline(__always) mutating func clamp(toLast last: Int, _ stride: Int) -> SIMD4<Float> {
        let lanes = SIMD4<Float>(0, 1, 2, 3)
        let end = Float(last)
        numbers = numbers[0] + lanes.replacing(with: end, where: lanes .> end)
        ahead = (min(1, last) &* stride, last &* stride, last &* stride)
        return SIMD4(repeating: 1).replacing(with: 0, where: lanes .> end)
    }
}

/// The four voxels around each crossing of four planes, one lane a plane.
///
/// Four at once because most of a sample's cost is finding its place, which SIMD does for four; the voxels themselves are fetched one by one.
struct FourCrossings {
    let planes: SIMD4<Float>
    /// How far from the first corner to the next, along a and along b.
    let fractionA: SIMD4<Float>
    let fractionB: SIMD4<Float>
    /// At (a, b), (a + 1, b), (a, b + 1) and (a + 1, b + 1).
    let corner00: SIMD4<Float>
    let corner10: SIMD4<Float>
    let corner01: SIMD4<Float>
    let corner11: SIMD4<Float>

    @inline(__always) fileprivate init(_ ray: RayCrossings, _ planes: FourPlanes, _ stride: SIMD3<Int>) {
        self.planes = planes.numbers
        let a = planes.numbers * ray.slope.x + ray.start.x
        let b = planes.numbers * ray.slope.y + ray.start.y
        // A place on the border of two cells may go to either.
        let (roundedA, roundedB) = (a - 0.5 + Self.rounding, b - 0.5 + Self.rounding)
        (fractionA, fractionB) = (a - (roundedA - Self.rounding), b - (roundedB - Self.rounding))
        let cellA = unsafeBitCast(roundedA, to: SIMD4<UInt32>.self) & 0x3f_ffff
        let cellB = unsafeBitCast(roundedB, to: SIMD4<UInt32>.self) & 0x3f_ffff
        // Within 32 bits: a volume of more voxels would fill 16 GB.
        let offset = cellA &* UInt32(truncatingIfNeeded: stride.x) &+ cellB &* UInt32(truncatingIfNeeded: stride.y)
        let p = planes.first + Int(truncatingIfNeeded: offset[0])
        let q = planes.first + (planes.ahead.0 &+ Int(truncatingIfNeeded: offset[1]))
        let r = planes.first + (planes.ahead.1 &+ Int(truncatingIfNeeded: offset[2]))
        let s = planes.first + (planes.ahead.2 &+ Int(truncatingIfNeeded: offset[3]))
        let (nextA, nextB) = (stride.x, stride.y)
        let both = nextA &+ nextB
        corner00 = SIMD4(p[0], q[0], r[0], s[0])
        corner10 = SIMD4(p[nextA], q[nextA], r[nextA], s[nextA])
        corner01 = SIMD4(p[nextB], q[nextB], r[nextB], s[nextB])
        corner11 = SIMD4(p[both], q[both], r[both], s[both])
    }

    /// Added to a number below 2^22, 3 * 2^22 leaves no bit for fractions, and the whole number in the low bits; a conversion to integers would check its range in
    /// every sample.
    private static var rounding: Float { 12_582_912 }
}
