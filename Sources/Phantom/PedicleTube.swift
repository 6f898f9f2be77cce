import Foundation
import Frames

/// A pedicle as an hourglass with elliptic sections, in the vertebra frame; its smallest section, the isthmus, is known exactly.
///
/// At axial position t from the isthmus the half width is `width/2 (1 + 0.35 g(t))` and the half height grows likewise, with
/// g(t) = x²/(1 + x²/3), x = t / 6 mm.
struct PedicleTube {
    /// Nothing but the tube lies within this axial distance of the isthmus, mm.
    static let clearHalfLength = 4.0

    var isthmus: SIMD3<Double>
    /// From the arch into the body.
    var axis: SIMD3<Double>
    /// Perpendicular to the axis, as near as possible to the patient's left.
    var leftward: SIMD3<Double>
    /// Perpendicular to both.
    var upward: SIMD3<Double>
    var width: Double
    var height: Double
    /// How far the tube runs into the body and into the arch, mm.
    var frontLength = 9.0
    var backLength = 9.0

    init(isthmus: SIMD3<Double>, axis: SIMD3<Double>, width: Double, height: Double) {
        self.isthmus = isthmus
        self.axis = axis
        let x = SIMD3<Double>(1, 0, 0)
        leftward = normalized(x - dot(x, axis) * axis)
        let up = leftward.cross(axis)
        upward = up.z > 0 ? up : -up
        self.width = width
        self.height = height
    }

    var backEnd: SIMD3<Double> { isthmus - backLength * axis }

    @inline(__always) func axial(_ p: SIMD3<Double>) -> Double { dot(p - isthmus, axis) }

    @inline(__always) func halfSize(at t: Double) -> (width: Double, height: Double) {
        let x = t / 6
        let growth = x * x / (1 + x * x / 3)
        // Upwards it grows less towards the body, whose endplate it must not overtop.
        return (width / 2 * (1 + 0.35 * growth), height / 2 * (1 + (t > 0 ? 0.10 : 0.15) * growth))
    }

    @inline(__always) func distance(_ p: SIMD3<Double>) -> Double {
        let d = p - isthmus
        let t = dot(d, axis)
        let (a, b) = halfSize(at: t)
        let u = dot(d, leftward) / a
        let v = dot(d, upward) / b
        let k0 = (u * u + v * v).squareRoot()
        let k1 = (u * u / (a * a) + v * v / (b * b)).squareRoot()
        let side = k1 > 1e-9 ? k0 * (k0 - 1) / k1 : -min(a, b)
        return max(side, max(t - frontLength, -t - backLength))
    }

    /// The depth of the fillet towards other parts of the bone: none near the isthmus, so that its section stays the ellipse.
    @inline(__always) func fillet(_ p: SIMD3<Double>, full: Double) -> Double {
        full * smoothStep(PedicleTube.clearHalfLength, PedicleTube.clearHalfLength + 4, abs(axial(p)))
    }

    /// Points around the section at axial position `t`, on the ellipse grown by `margin`.
    func ring(at t: Double, margin: Double) -> [SIMD3<Double>] {
        let (a, b) = halfSize(at: t)
        return (0..<32).map { step in
            let angle = Double(step) * .pi / 16
            return isthmus + t * axis + (a + margin) * cos(angle) * leftward + (b + margin) * sin(angle) * upward
        }
    }
}
