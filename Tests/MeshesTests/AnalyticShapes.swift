import Foundation
import Frames
import TestSupport
import Volumes

/// A shape whose signed distance (mm, negative inside) is known on paper, centred at the origin.
struct AnalyticShape: Sendable, CustomStringConvertible {
    let description: String
    /// Half the size of a box that holds the shape.
    let reach: SIMD3<Double>
    let distance: @Sendable (SIMD3<Double>) -> Double
    /// Where `distance` is exact and the shape has no edge that a mask cannot carry.
    var isJudged: @Sendable (SIMD3<Double>) -> Bool = { _ in true }

    static func sphere(radius r: Double) -> AnalyticShape {
        AnalyticShape(description: "sphere r \(r)", reach: SIMD3(repeating: r)) { $0.length - r }
    }

    /// A segment of the z axis of half length `half`, thickened by `r`.
    static func capsule(radius r: Double, half: Double) -> AnalyticShape {
        AnalyticShape(
            description: "capsule r \(r)", reach: SIMD3(r, r, half + r),
            distance: { p in
                (p - SIMD3(0, 0, min(max(p.z, -half), half))).length - r
            },
            isJudged: { p in
                // Along the shaft, as in a pedicle: a 1 mm mask does not carry a round end of this size.
                abs(p.z) < half - 2
            })
    }

    /// A disc of the given thickness across z with a round rim.
    static func slab(thickness: Double, radius: Double) -> AnalyticShape {
        let r = thickness / 2
        return AnalyticShape(
            description: "slab \(thickness)", reach: SIMD3(radius + r, radius + r, r),
            distance: { p in
                let across = (p.x * p.x + p.y * p.y).squareRoot()
                return (SIMD2(max(0, across - radius), p.z) * SIMD2(max(0, across - radius), p.z)).sum().squareRoot() - r
            },
            // Away from the rim, whose radius a 1 mm mask does not carry.
            isJudged: { p in (p.x * p.x + p.y * p.y).squareRoot() < radius - 3 })
    }

    /// An ellipsoid; the nearest point by Newton steps on its Lagrange multiplier (Eberly, "Distance from a point to an ellipsoid").
    static func ellipsoid(_ axes: SIMD3<Double>) -> AnalyticShape {
        AnalyticShape(
            description: "ellipsoid \(axes.x) \(axes.y) \(axes.z)", reach: axes,
            distance: { p in
                let squares = axes * axes
                let inside = (p * p / squares).sum() < 1
                // f(t) = sum (a p / (t + a²))² - 1 falls for t > -min a²; bisect.
                var low = -squares.min() + 1e-9
                var high = max(1, p.length * axes.max() * 2)
                for _ in 0..<80 {
                    let t = (low + high) / 2
                    let q = axes * p / (squares + t)
                    if (q * q).sum() > 1 { low = t } else { high = t }
                }
                let nearest = squares * p / (squares + (low + high) / 2)
                return inside ? -(nearest - p).length : (nearest - p).length
            },
            // On the ellipsoid's inner plane the multiplier method degenerates; the shape is judged outside that core.
            isJudged: { p in (p * p / (axes * axes)).sum() > 0.3 })
    }
}

/// The mask of a shape whose own frame is turned and shifted within the patient frame.
struct PlacedShape {
    let shape: AnalyticShape
    let patientFromShape: RigidTransform<Patient, Vertebra>

    func distance(at point: Point<Patient>) -> Double { shape.distance((patientFromShape.inverse * point).xyz) }

    /// Voxelised on a grid with `spacing` and the axes given; a voxel is set when its centre is inside.
    func mask(
        spacing: SIMD3<Double>, axes: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>), border: Double = 3
    ) throws -> Volume<Bool, Patient> {
        let radius = shape.reach.length + border
        let size = SIMD3<Int>((2 * radius / spacing).rounded(.up)) &+ 1
        let centre = patientFromShape.origin.xyz
        let corner = centre - radius * (axes.0 + axes.1 + axes.2)
        let grid = try GridGeometry<Patient>(size: size, spacing: spacing, origin: Point(corner), axes: axes)
        var mask = Volume<Bool, Patient>(geometry: grid, repeating: false)
        let shapeFromPatient = patientFromShape.inverse
        for k in 0..<size.z {
            for j in 0..<size.y {
                for i in 0..<size.x {
                    mask[i, j, k] = shape.distance((shapeFromPatient * grid.point(at: SIMD3(i, j, k))).xyz) < 0
                }
            }
        }
        return mask
    }
}

let uprightAxes = (SIMD3(1.0, 0, 0), SIMD3(0.0, 1, 0), SIMD3(0.0, 0, 1))

extension SeededGenerator {
    mutating func placed(_ shape: AnalyticShape) -> PlacedShape { PlacedShape(shape: shape, patientFromShape: transform()) }

    /// Oblique orthonormal axes, left-handed when asked.
    mutating func axes(leftHanded: Bool = false) -> (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>) {
        let rotation: Rotation<Patient, Patient> = rotation()
        return (rotation.columns.0, rotation.columns.1, leftHanded ? -rotation.columns.2 : rotation.columns.2)
    }
}
