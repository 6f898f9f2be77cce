import Frames
import TestSupport
import Testing

@Suite struct RigidTransformTests {
    /// Laws hold to 1e-9 mm: coordinates are under 1e3 mm and doubles carry 1e-13 of that.
    static let tolerance = 1e-9

    @Test(arguments: UInt64(1)...20) func inverseUndoes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let patientFromVertebra: RigidTransform<Patient, Vertebra> = random.transform()
        let p: Point<Vertebra> = random.point()
        #expect((patientFromVertebra.inverse * (patientFromVertebra * p)).distance(to: p) < Self.tolerance)
    }

    @Test(arguments: UInt64(1)...20) func productActsAsBothInTurn(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let patientFromVertebra: RigidTransform<Patient, Vertebra> = random.transform()
        let vertebraFromScrew: RigidTransform<Vertebra, Screw> = random.transform()
        let p: Point<Screw> = random.point()
        let both = (patientFromVertebra * vertebraFromScrew) * p
        #expect(both.distance(to: patientFromVertebra * (vertebraFromScrew * p)) < Self.tolerance)
    }

    @Test(arguments: UInt64(1)...20) func vectorsAreTurnedButNotShifted(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let t: RigidTransform<Patient, Vertebra> = random.transform()
        let a: Point<Vertebra> = random.point()
        let b: Point<Vertebra> = random.point()
        #expect((t * (b - a) - (t * b - t * a)).length < Self.tolerance)
    }

    @Test(arguments: UInt64(1)...20) func matrixRoundTrips(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let t: RigidTransform<Patient, Vertebra> = random.transform()
        let back = try #require(RigidTransform<Patient, Vertebra>(rowMajor4x4: t.rowMajor4x4))
        #expect(back == t)
    }

    @Test func matrixMustBeRigid() {
        var m = RigidTransform<Patient, Patient>.identity().rowMajor4x4
        m[0] = -1  // a mirror: left and right would change places
        #expect(RigidTransform<Patient, Patient>(rowMajor4x4: m) == nil)
        m[0] = 1.01
        #expect(RigidTransform<Patient, Patient>(rowMajor4x4: m) == nil)
        m[0] = .nan
        #expect(RigidTransform<Patient, Patient>(rowMajor4x4: m) == nil)
    }
}
