import Anatomy
import Frames
import Testing
import Volumes

@testable import Tracking

struct SpineModelTests {
    /// A box of bone of 700 HU, 16 x 12 x 14 mm, with its label, in soft tissue of 50 HU, on an oblique left-handed grid.
    private func scan() throws -> (ct: CTVolume, labels: LabelVolume, centre: Point<Patient>) {
        let axes: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>) = (SIMD3(0.8, 0.6, 0), SIMD3(0.6, -0.8, 0), SIMD3(0, 0, 1))
        let grid = try GridGeometry<Patient>(size: SIMD3(40, 40, 30), spacing: SIMD3(1, 1, 1.5), origin: Point(-60, 12, 100), axes: axes)
        var ct = CTVolume(geometry: grid, repeating: 50)
        var labels = LabelVolume(geometry: grid, repeating: 0)
        for k in 10..<20 {
            for j in 14..<26 {
                for i in 12..<28 {
                    ct[i, j, k] = 700
                    labels[i, j, k] = VertebraLevel.l1.rawValue
                }
            }
        }
        return (ct, labels, grid.point(at: SIMD3(19.5, 19.5, 14.5)))
    }

    @Test func bonesExcessIsTakenOutAndNoneIsLost() throws {
        let (ct, labels, centre) = try scan()
        let frame = RigidTransform<Patient, Vertebra>(
            asserting: Rotation(angle: 0.5, about: UnitVector(Vector(0.2, 0.3, 0.9))!), origin: centre)
        let model = try SpineModel(ct: ct, labels: labels, frames: [.l1: frame])
        let soft = Float(0.02 * 1.05)
        #expect(model.rest.volume.voxels.allSatisfy { abs($0 - soft) < 1e-6 })
        let vertebra = try #require(model.vertebrae.first)
        let mass = vertebra.attenuation.volume.voxels.reduce(0.0) { $0 + Double($1) } * vertebra.attenuation.geometry.voxelVolume
        // 0.013 / mm over 16 x 12 x 15 mm; resampling smears it but keeps it.
        #expect(abs(mass / (0.013 * 16 * 12 * 15) - 1) < 0.02, "\(mass)")
        #expect((frame * vertebra.centroid).distance(to: centre) < 0.1)
    }

    /// On a bench nothing but the label's own voxels attenuates, and all that they do counts.
    @Test func inAirTheBoneIsAllThereIs() throws {
        let (ct, labels, centre) = try scan()
        let frame = RigidTransform<Patient, Vertebra>(
            asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: centre)
        let model = try SpineModel(ct: ct, labels: labels, frames: [.l1: frame], surroundings: .air)
        #expect(model.rest.volume.voxels.allSatisfy { $0 == 0 } && model.neighbours.isEmpty)
        let vertebra = try #require(model.vertebrae.first)
        let mass = vertebra.attenuation.volume.voxels.reduce(0.0) { $0 + Double($1) } * vertebra.attenuation.geometry.voxelVolume
        #expect(abs(mass / (0.034 * 16 * 12 * 15) - 1) < 0.02, "\(mass)")
    }

    @Test func theVolumeEndsInZeros() throws {
        let (ct, labels, centre) = try scan()
        let frame = RigidTransform<Patient, Vertebra>(
            asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: centre)
        let volume = try SpineModel(ct: ct, labels: labels, frames: [.l1: frame]).vertebrae[0].attenuation.volume
        let size = volume.geometry.size
        for k in 0..<size.z {
            for j in 0..<size.y {
                for i in 0..<size.x where min(i, j, k, size.x - 1 - i, size.y - 1 - j, size.z - 1 - k) == 0 {
                    #expect(volume[i, j, k] == 0)
                }
            }
        }
    }

    @Test func whatCannotBeTrackedIsSaid() throws {
        let (ct, labels, centre) = try scan()
        let frame = RigidTransform<Patient, Vertebra>(
            asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: centre)
        #expect(throws: TrackingError.levelWithoutLabel(.l2)) { try SpineModel(ct: ct, labels: labels, frames: [.l2: frame]) }
        #expect(throws: TrackingError.noVertebra) { try SpineModel(ct: ct, labels: labels, frames: [:]) }
        let soft = ct.map { _ in Int16(40) }
        #expect(throws: TrackingError.noBone(.l1)) { try SpineModel(ct: soft, labels: labels, frames: [.l1: frame]) }
    }
}
