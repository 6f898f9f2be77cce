import Anatomy
import Foundation
import Frames
import RandomNumbers

/// Where a vertebra stands: its own frame in the phantom's upright patient frame.
struct PlacedVertebra {
    var anatomy: VertebraAnatomy
    var patientFromVertebra: RigidTransform<Patient, Vertebra>
}

/// Stacks vertebrae from T1 to S1 along a spine with thoracic kyphosis, lumbar lordosis and a slight scoliosis.
///
/// All levels are stacked, whichever are asked for, so that a level's pose does not depend on the others that are shown. Each lower
/// vertebra hangs from the centre of the inferior endplate above it, one disc height along the mean of the two endplate normals. The
/// origin is the body centre of T12.
func stackSpine(parameters: PhantomParameters, seed: UInt64) -> [PlacedVertebra] {
    var generator = RandomStream(seed: seed, stream: 1001)
    let curve = generator.normal(0.85, 0.1)
    let phase = generator.signed() * .pi
    let drawn = LevelAnatomy.levels.compactMap { drawVertebra($0, parameters: parameters, seed: seed) }
    var origin = SIMD3<Double>()
    var placed: [PlacedVertebra] = []
    for (index, anatomy) in drawn.enumerated() {
        let wave = sin(phase + Double(index) / Double(drawn.count) * 2.5 * .pi)
        let rotation = pose(
            tiltDeg: anatomy.mean.tilt * curve, sidewaysDeg: parameters.scoliosisDeg * wave, axialDeg: -0.8 * parameters.scoliosisDeg * wave
        )
        let half = anatomy.mean.bodyHeight / 2
        if let above = placed.last {
            let upper = above.patientFromVertebra.rotation
            let normal = normalized(
                upper(wedgeNormal(above.anatomy, superior: false)) - rotation(wedgeNormal(anatomy, superior: true)))
            let inferior = above.patientFromVertebra * Point<Vertebra>(0, 0, -above.anatomy.mean.bodyHeight / 2)
            origin = inferior.xyz + above.anatomy.mean.discBelow * normal - rotation(SIMD3(0, 0, half))
        }
        // The stacking defines where each vertebra lies.
        placed.append(PlacedVertebra(anatomy: anatomy, patientFromVertebra: RigidTransform(asserting: rotation, origin: Point(origin))))
    }
    let shift = placed.first { $0.anatomy.level == .t12 }?.patientFromVertebra.origin.xyz ?? SIMD3()
    return placed.map {
        PlacedVertebra(
            anatomy: $0.anatomy,
            patientFromVertebra: RigidTransform(
                asserting: $0.patientFromVertebra.rotation, origin: Point($0.patientFromVertebra.origin.xyz - shift)))
    }
}

/// The outward normal of an endplate in the vertebra frame; both lean by half the wedge angle.
func wedgeNormal(_ anatomy: VertebraAnatomy, superior: Bool) -> SIMD3<Double> {
    let half = anatomy.mean.wedge / 2 * .pi / 180
    return SIMD3(0, -sin(half), superior ? cos(half) : -cos(half))
}

private func pose(tiltDeg: Double, sidewaysDeg: Double, axialDeg: Double) -> Rotation<Patient, Vertebra> {
    let radians = Double.pi / 180
    let tilt = Rotation<Patient, Vertebra>(angle: tiltDeg * radians, about: .x)
    let sideways = Rotation<Patient, Patient>(angle: sidewaysDeg * radians, about: .y)
    let axial = Rotation<Patient, Patient>(angle: axialDeg * radians, about: .z)
    return axial * (sideways * tilt)
}
