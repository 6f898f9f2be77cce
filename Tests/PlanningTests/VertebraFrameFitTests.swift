import Anatomy
import Frames
import Phantom
import Testing

@testable import Planning

@Suite struct VertebraFrameFitTests {
    /// The frame follows the anatomy when the patient lies turned by 30°: 1° and 1 mm leave room for voxels of 1 mm.
    @Test(arguments: [SIMD3<Double>(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1), SIMD3(1, 1, -1)])
    func followsATurnedPatient(axis: SIMD3<Double>) throws {
        let upright = try bonePhantom([.l2], seed: 11)
        let turned = try bonePhantom([.l2], seed: 11, turn: .init(axis: axis, angleDeg: 30))
        let a = try Self.truthFromFit(upright)
        let b = try Self.truthFromFit(turned)
        #expect(degrees((a.rotation * b.rotation.inverse).angle) < 1)
        #expect(a.origin.distance(to: b.origin) < 1)
    }

    /// The fitted frame seen from the true one.
    static func truthFromFit(_ phantom: Phantom) throws -> RigidTransform<Vertebra, Vertebra> {
        let truth = try #require(phantom.truth.vertebra(.l2)).patientFromVertebra
        let fitted = try model(of: .l2, in: phantom).patientFromVertebra
        return truth.inverse * fitted
    }

    @Test func leftIsThePatientsLeft() throws {
        let phantom = try bonePhantom([.t10], seed: 4)
        let model = try model(of: .t10, in: phantom)
        let left = try #require(model.pedicles[.left])
        let right = try #require(model.pedicles[.right])
        let leftCentre = model.patientFromVertebra * (try left.get()).isthmusCentre
        let rightCentre = model.patientFromVertebra * (try right.get()).isthmusCentre
        #expect(leftCentre.x > rightCentre.x + 10)  // LPS: +x is the patient's left
    }
}
