import Foundation
import Frames

/// A vertebral body between two flat endplates, in the vertebra frame.
struct BodySolid {
    var halfWidth: Double
    var halfDepth: Double
    var halfHeight: Double
    var superiorNormal: SIMD3<Double>
    var inferiorNormal: SIMD3<Double>
    /// How much narrower the waist is than the rims.
    var waist = 0.10

    init(_ anatomy: VertebraAnatomy) {
        halfWidth = anatomy.mean.bodyWidth / 2
        halfDepth = anatomy.mean.bodyDepth / 2
        halfHeight = anatomy.mean.bodyHeight / 2
        superiorNormal = wedgeNormal(anatomy, superior: true)
        inferiorNormal = wedgeNormal(anatomy, superior: false)
    }

    @inline(__always) func distance(_ p: SIMD3<Double>) -> Double {
        let top = dot(p - SIMD3(0, 0, halfHeight), superiorNormal)
        let bottom = dot(p + SIMD3(0, 0, halfHeight), inferiorNormal)
        return smoothMax(wall(p), max(top, bottom), 2.5)
    }

    /// The wall is a superellipse, rounder in front; the canal's smooth subtraction gives the hollow of the posterior wall.
    @inline(__always) func wall(_ p: SIMD3<Double>) -> Double {
        let height = min(1, abs(p.z) / halfHeight)
        let narrowing = 1 - waist * (1 - height * height)
        let a = halfWidth * narrowing
        // The posterior wall has almost no waist.
        let b = halfDepth * (p.y < 0 ? narrowing : 1 - 0.3 * (1 - narrowing))
        let n = p.y < 0 ? 2.15 : 2.9
        let x = max(abs(p.x) / a, 1e-6)
        let y = max(abs(p.y) / b, 1e-6)
        let xPower = pow(x, n - 1)
        let yPower = pow(y, n - 1)
        let f = pow(xPower * x + yPower * y, 1 / n)
        let scale = pow(f, 1 - n)
        let gx = scale * xPower / a
        let gy = scale * yPower / b
        return (f - 1) / max((gx * gx + gy * gy).squareRoot(), 0.7 / max(a, b))
    }
}

/// The vertebral canal near one vertebra: an elliptic tube about a parabola, in the vertebra frame.
struct CanalTube {
    /// Centreline at height z: `centre[0] + centre[1] z + centre[2] z²`, x and y only.
    var centre: [SIMD2<Double>]
    /// Of this vertebra's own canal.
    var halfWidth: Double
    var halfDepth: Double
    /// What a wider canal above or below adds to the half sizes a mm of height, so that no process hangs into it.
    private let widening: (above: SIMD2<Double>, below: SIMD2<Double>)

    @inline(__always) func centre(at z: Double) -> SIMD2<Double> {
        // Beyond the neighbours' levels the parabola would run away: go on straight.
        let bounded = min(60, max(-60, z))
        return centre[0] + bounded * centre[1] + bounded * bounded * centre[2]
    }

    /// Negative inside the canal.
    @inline(__always) func distance(_ p: SIMD3<Double>) -> Double {
        let c = centre(at: p.z)
        var half = SIMD2(halfWidth, halfDepth) + min(30, abs(p.z)) * (p.z > 0 ? widening.above : widening.below)
        // Above and below its own lamina the canal is deeper towards the back, so that no lamina narrows a neighbour's.
        if p.y > c.y { half.y += 0.25 * max(0, min(30, abs(p.z)) - 10) }
        let u = (p.x - c.x) / half.x
        let v = (p.y - c.y) / half.y
        let k0 = (u * u + v * v).squareRoot()
        let k1 = (u * u / (half.x * half.x) + v * v / (half.y * half.y)).squareRoot()
        return k1 > 1e-9 ? k0 * (k0 - 1) / k1 : -half.min()
    }

    /// The parabola through this vertebra's canal point and its neighbours', all in this vertebra's frame.
    init(own: CanalKnot, above: CanalKnot, below: CanalKnot) {
        func column(_ knot: CanalKnot) -> SIMD2<Double> { SIMD2(knot.centre.x, knot.centre.y) }
        // Newton's divided differences.
        let (z, up, down) = (own.centre.z, above.centre.z, below.centre.z)
        let first = (column(above) - column(own)) / (up - z)
        let second = (column(below) - column(above)) / (down - up)
        let curve = (second - first) / (down - z)
        centre = [column(own) - z * first + z * up * curve, first - curve * (up + z), curve]
        halfWidth = own.half.x
        halfDepth = own.half.y
        let none = SIMD2<Double>()
        widening = (pointwiseMax(none, above.half - own.half) / (up - z), pointwiseMax(none, below.half - own.half) / (z - down))
    }
}

/// The canal at one vertebra's height.
struct CanalKnot {
    var centre: SIMD3<Double>
    /// Half its width and depth.
    var half: SIMD2<Double>
}

/// The centre of the canal in the vertebra frame: its front lies 1.5 mm inside the flat posterior wall, which so becomes hollow.
func canalPoint(_ anatomy: VertebraAnatomy) -> SIMD3<Double> {
    SIMD3(0, anatomy.mean.bodyDepth / 2 - 1.5 + anatomy.mean.canalDepth / 2, 0)
}
