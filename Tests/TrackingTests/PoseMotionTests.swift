import Frames
import TestSupport
import Testing

@testable import Tracking

struct PoseMotionTests {
    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func aMotionBetweenPosesLeadsFromOneToTheOther(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let from: RigidTransform<Room, Vertebra> = random.transform()
        let to: RigidTransform<Room, Vertebra> = random.transform()
        let there = PoseMotion(from: from, to: to).applied(to: from, about: from.origin)
        #expect(there.origin.distance(to: to.origin) < 1e-9, "seed \(seed)")
        #expect((there.rotation * to.rotation.inverse).angle < 1e-9, "seed \(seed)")
    }

    @Test func aPointOffTheAxisIsCarriedRound() {
        // A quarter turn about the room's z through (10, 0, 0) takes the origin to (10, -10, 0).
        let moved = PoseMotion([0, 0, .pi / 2, 0, 0, 5]).applied(to: upright(at: Point(0, 0, 0)), about: Point(10, 0, 0))
        #expect(moved.origin.distance(to: Point(10, -10, 5)) < 1e-9)
    }

    @Test func halfATurnHasItsAxis() {
        let turn = Rotation<Room, Room>(angle: .pi, about: UnitVector(Vector(1, 2, -1))!)
        let back = roomTurn(by: turn.vector)
        #expect((back * turn.inverse).angle < 1e-6)
    }
}
