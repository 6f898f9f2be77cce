import Anatomy
import Frames
import Volumes

/// A part of the patient that is registered as one rigid body, in a frame with the patient's axes about the spine's middle.
public struct PatientBody: Sendable {
    /// 1/mm.
    public let attenuation: AttenuationVolume<Vertebra>
    public let patientFromBody: RigidTransform<Patient, Vertebra>

    /// What a volume in the patient's frame holds, about a point.
    init(_ volume: AttenuationVolume<Patient>, about centre: Point<Patient>) {
        let geometry = volume.geometry
        // The same grid, elsewhere: what made it valid still holds.
        let grid = try! GridGeometry<Vertebra>(
            size: geometry.size, spacing: geometry.spacing, origin: Point(geometry.origin.xyz - centre.xyz), axes: geometry.axes)
        attenuation = AttenuationVolume<Vertebra>(
            volume: try! Volume(geometry: grid, voxels: volume.volume.voxels), occupied: volume.occupied)
        let axes = Rotation<Patient, Vertebra>(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1))
        patientFromBody = RigidTransform(asserting: axes, origin: centre)
    }

    /// Several parts of one patient together, on voxels of at least `spacing` mm, vertebrae where the CT has them.
    ///
    /// - Complexity: O(voxels).
    init(
        _ rest: AttenuationVolume<Patient>, _ neighbours: [AttenuationVolume<Patient>], _ vertebrae: [ModelVertebra],
        about centre: Point<Patient>, spacing: Double
    ) {
        // Blocks of a valid grid's voxels make a valid grid.
        var sum = try! rest.volume.averaged(toSpacing: spacing)
        for neighbour in neighbours { sum.add(neighbour.volume) { $0 } }
        for vertebra in vertebrae { sum.add(vertebra.attenuation.volume) { vertebra.patientFromVertebra * $0 } }
        self.init(AttenuationVolume(sum), about: centre)
    }

    private init(attenuation: AttenuationVolume<Vertebra>, patientFromBody: RigidTransform<Patient, Vertebra>) {
        (self.attenuation, self.patientFromBody) = (attenuation, patientFromBody)
    }

    /// The same on voxels of at least `spacing` mm.
    func averaged(toSpacing spacing: Double) -> PatientBody {
        // Blocks of a valid grid's voxels make a valid grid.
        PatientBody(attenuation: AttenuationVolume(try! attenuation.volume.averaged(toSpacing: spacing)), patientFromBody: patientFromBody)
    }
}

extension Volume where Voxel == Float {
    /// Adds what another volume holds to the voxels that its voxels' centres lie in; line integrals are kept but for the voxels' size.
    fileprivate mutating func add<Other>(_ other: Volume<Float, Other>, _ placed: (Point<Other>) -> Point<F>) {
        func extent(_ spacing: SIMD3<Double>) -> Double { spacing.x * spacing.y * spacing.z }
        let share = Float(extent(other.geometry.spacing) / extent(geometry.spacing))
        let size = other.geometry.size
        for k in 0..<size.z {
            for j in 0..<size.y {
                for i in 0..<size.x where other[i, j, k] != 0 {
                    let index = geometry.index(of: placed(other.geometry.point(at: SIMD3(i, j, k)))).rounded(.toNearestOrAwayFromZero)
                    let n = SIMD3<Int>(index)
                    guard geometry.contains(n.x, n.y, n.z) else { continue }
                    self[n.x, n.y, n.z] += share * other[i, j, k]
                }
            }
        }
    }
}
