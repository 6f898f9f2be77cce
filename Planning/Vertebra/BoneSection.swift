import Foundation
import Frames

/// The bone's signed distance sampled on a plane of the vertebra frame.
///
/// Pixel (column, row) lies at `corner + column * step * u + row * step * v`; values are mm, negative in bone.
struct BoneSection {
    let corner: SIMD3<Double>
    let u: SIMD3<Double>
    let v: SIMD3<Double>
    let step: Double
    let columns: Int
    let rows: Int
    private(set) var values: [Double]

    /// A section centred on `centre` that reaches `half.x` along u and `half.y` along v, both unit vectors.
    init(of bone: PosedBone, centre: SIMD3<Double>, u: SIMD3<Double>, v: SIMD3<Double>, half: SIMD2<Double>, step: Double) {
        self.u = u
        self.v = v
        self.step = step
        columns = 2 * Int((half.x / step).rounded(.up)) + 1
        rows = 2 * Int((half.y / step).rounded(.up)) + 1
        corner = centre - Double(columns / 2) * step * u - Double(rows / 2) * step * v
        values = []
        values.reserveCapacity(columns * rows)
        for row in 0..<rows {
            for column in 0..<columns {
                values.append(bone.distance(corner + Double(column) * step * u + Double(row) * step * v))
            }
        }
    }

    func position(of pixel: Int) -> SIMD3<Double> {
        corner + Double(pixel % columns) * step * u + Double(pixel / columns) * step * v
    }

    /// Takes the bone and its rim away where `unwanted` says so of a pixel's position.
    mutating func clear(where unwanted: (SIMD3<Double>) -> Bool) {
        for pixel in values.indices where unwanted(position(of: pixel)) { values[pixel] = .infinity }
    }

    func touchesEdge(_ pixel: Int) -> Bool {
        let (column, row) = (pixel % columns, pixel / columns)
        return column == 0 || row == 0 || column == columns - 1 || row == rows - 1
    }

    /// The regions (4-connected) of pixels that `belongs` accepts, each as a list of pixels.
    func regions(where belongs: (Double) -> Bool) -> [[Int]] {
        var seen = values.map { !belongs($0) }
        var found: [[Int]] = []
        for start in seen.indices where !seen[start] {
            seen[start] = true
            var region = [start]
            var next = 0
            while next < region.count {
                let at = region[next]
                next += 1
                let (column, row) = (at % columns, at / columns)
                if column > 0 { claim(at - 1) }
                if column < columns - 1 { claim(at + 1) }
                if row > 0 { claim(at - columns) }
                if row < rows - 1 { claim(at + columns) }
            }
            found.append(region)

            func claim(_ pixel: Int) {
                guard !seen[pixel] else { return }
                seen[pixel] = true
                region.append(pixel)
            }
        }
        return found
    }

    /// Area, centre and second moments of a region of bone, with pixels on the rim counted by the part that bone covers.
    func shape(of region: [Int]) -> SectionShape {
        var weight = 0.0
        var sum = SIMD2<Double>()
        var squares = SIMD3<Double>()
        for pixel in region {
            // A signed distance d covers about 1/2 - d/step of a pixel.
            let w = min(1, max(0, 0.5 - values[pixel] / step))
            let a = Double(pixel % columns) * step
            let b = Double(pixel / columns) * step
            weight += w
            sum += w * SIMD2(a, b)
            squares += w * SIMD3(a * a, a * b, b * b)
        }
        guard weight > 0 else { return SectionShape(area: 0, centre: corner, uu: 0, uv: 0, vv: 0) }
        let m = sum / weight
        return SectionShape(
            area: weight * step * step, centre: corner + m.x * u + m.y * v, uu: squares.x / weight - m.x * m.x,
            uv: squares.y / weight - m.x * m.y, vv: squares.z / weight - m.y * m.y)
    }
}

/// Area (mm²), centre and central second moments (mm²) of a plane region, along its section's u and v.
struct SectionShape {
    var area: Double
    var centre: SIMD3<Double>
    var uu: Double
    var uv: Double
    var vv: Double

    /// The diameters of the ellipse with the same second moments: the one nearer to u first, and its angle from u in radians.
    ///
    /// For an ellipse this is exact whatever its tilt; noise on the rim averages out, unlike in a widest or narrowest chord.
    var ellipse: (alongU: Double, alongV: Double, angle: Double) {
        let mean = (uu + vv) / 2
        let spread = (((uu - vv) / 2) * ((uu - vv) / 2) + uv * uv).squareRoot()
        let tilt = 0.5 * atan2(2 * uv, uu - vv)  // direction of the longer diameter
        let long = 4 * max(0, mean + spread).squareRoot()
        let short = 4 * max(0, mean - spread).squareRoot()
        if abs(tilt) <= .pi / 4 { return (long, short, tilt) }
        return (short, long, tilt > 0 ? tilt - .pi / 2 : tilt + .pi / 2)
    }
}
