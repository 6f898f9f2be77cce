import Foundation
import Frames
import TestSupport
import Testing

struct RotationQuaternionTests {
    /// Against the axis and the angle, near no turn and half a turn too.
    @Test func theQuaternionIsThatOfAxisAndAngle() throws {
        var random = SeededGenerator(seed: 11)
        for n in 0..<200 {
            let axis = try #require(UnitVector<Room>(Vector(SIMD3.random(in: -1...1, using: &random))))
            let angle = [Double.random(in: 0...3.1, using: &random), 1e-9, .pi - 1e-9][n % 3]
            let expected = SIMD4(sin(angle / 2) * axis.xyz, cos(angle / 2))
            let found = Rotation<Room, Vertebra>(angle: angle, about: axis).quaternion
            #expect(abs(found - expected).max() < 1e-9, "\(axis) \(angle)")
            let back = try #require(Rotation<Room, Vertebra>(quaternion: found))
            #expect((back * Rotation<Room, Vertebra>(angle: angle, about: axis).inverse).angle < 1e-9)
        }
    }

    @Test func aQuarterTurnToTheLeft() throws {
        let turn = Rotation<Room, Vertebra>(columns: SIMD3(0, 1, 0), SIMD3(-1, 0, 0), SIMD3(0, 0, 1))
        #expect(abs(turn.quaternion - SIMD4(0, 0, 0.5.squareRoot(), 0.5.squareRoot())).max() < 1e-12)
    }

    @Test func whatIsNoUnitIsNoRotation() {
        for wrong in [SIMD4(0, 0, 0, 0), SIMD4(0, 0, 0, 1.00001), SIMD4(.nan, 0, 0, 1), SIMD4(0, 0, .infinity, 0)] {
            #expect(Rotation<Room, Vertebra>(quaternion: wrong) == nil)
        }
    }
}

private func abs(_ v: SIMD4<Double>) -> SIMD4<Double> { v.replacing(with: -v, where: v .< 0) }
