import Anatomy
import Frames
import Volumes

@testable import Tracking

/// Two vertebrae 40 mm apart, each a bar of bone that reaches 24 mm to its left and 12 mm to its right, in a block of water.
///
/// The patient's axes are those of the vertebrae; T12 stands at z = 20, L1 at z = -20.
func barModel() throws -> SpineModel {
    let grid = try GridGeometry<Vertebra>(size: SIMD3(41, 15, 15), spacing: SIMD3(1, 1, 1), origin: Point(-14, -7, -7))
    var bone = Volume<Float, Vertebra>(geometry: grid, repeating: 0)
    for k in 1..<14 { for j in 1..<14 { for i in 2..<39 { bone[i, j, k] = 0.02 } } }
    let vertebrae = [(VertebraLevel.t12, 20.0), (.l1, -20.0)].map { level, z in
        ModelVertebra(
            level: level, attenuation: AttenuationVolume(bone),
            patientFromVertebra: RigidTransform(
                asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: Point(0, 0, z)),
            centroid: Point(6, 0, 0))
    }
    let water = try GridGeometry<Patient>(size: SIMD3(61, 41, 61), spacing: SIMD3(3, 3, 3), origin: Point(-90, -60, -90))
    return SpineModel(vertebrae: vertebrae, rest: AttenuationVolume(Volume(geometry: water, repeating: 0.02)))
}
