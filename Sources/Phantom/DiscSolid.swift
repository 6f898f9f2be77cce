import Frames

/// The disc between two vertebrae: the space between their endplates inside the upper body's wall, in the upper vertebra's frame.
struct DiscSolid {
    private let wall: BodySolid
    private let top: (point: SIMD3<Double>, normal: SIMD3<Double>)
    private let bottom: (point: SIMD3<Double>, normal: SIMD3<Double>)

    init(upper: PlacedVertebra, lower: PlacedVertebra) {
        wall = BodySolid(upper.anatomy)
        let upperFromPatient = upper.patientFromVertebra.inverse
        top = (SIMD3(0, 0, -upper.anatomy.mean.bodyHeight / 2), wedgeNormal(upper.anatomy, superior: false))
        let plate = lower.patientFromVertebra * Point<Vertebra>(0, 0, lower.anatomy.mean.bodyHeight / 2)
        let normal = lower.patientFromVertebra.rotation(wedgeNormal(lower.anatomy, superior: true))
        bottom = ((upperFromPatient * plate).xyz, upperFromPatient.rotation(normal))
    }

    /// The middle of the disc, in the upper vertebra's frame.
    var centre: SIMD3<Double> { (top.point + bottom.point) / 2 }
    var reach: SIMD3<Double> { SIMD3(wall.halfWidth + 3, wall.halfDepth + 3, 14) }

    func distance(_ p: SIMD3<Double>) -> Double {
        // At the rim's height the body's wall has no waist.
        let rim = wall.wall(SIMD3(p.x, p.y, wall.halfHeight)) - 0.5
        return max(rim, -dot(p - top.point, top.normal), -dot(p - bottom.point, bottom.normal))
    }
}
