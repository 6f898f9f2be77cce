import Frames
import TestSupport
import Testing

@Suite struct RotationTests {
    @Test(arguments: [1e-8, 1e-3, 0.5, 3.1]) func angleOfAnAxisRotation(angle: Double) {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20 {
            let r = Rotation<Patient, Patient>(angle: angle, about: random.direction())
            #expect(abs(r.angle - angle) < 1e-9)
        }
    }

    @Test func rightHandRule() {
        let r = Rotation<Patient, Patient>(angle: .pi / 2, about: .z)
        #expect((r * Vector(1, 0, 0) - Vector(0, 1, 0)).length < 1e-12)
    }

    @Test func builtFromTwoDirections() throws {
        var random = SeededGenerator(seed: 8)
        for _ in 0..<20 {
            let z: UnitVector<Patient> = random.direction()
            let y: UnitVector<Patient> = random.direction()
            let r = try #require(Rotation<Patient, Vertebra>(z: z, yNear: y))
            #expect((r * UnitVector<Vertebra>.z).angle(to: z) < 1e-7)
            #expect((r * UnitVector<Vertebra>.y).dot(y) >= 0)
        }
        #expect(Rotation<Patient, Vertebra>(z: .z, yNear: .z) == nil)
    }
}
