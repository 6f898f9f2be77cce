import Foundation
import Frames
import Testing

@testable import Tracking

struct RestMomentTests {
    /// Degrees and mm at the middle of the spine.
    private func error(_ found: RigidTransform<Room, Patient>, _ truth: RigidTransform<Room, Patient>) -> (turn: Double, shift: Double) {
        ((found.rotation * truth.rotation.inverse).vector.length * 180 / .pi, (found.origin - truth.origin).length)
    }

    @Test func aRestThatLiesElsewhereIsFoundThere() throws {
        let scene = try RestScene()
        let truth = supine(movedBy: 3, degrees: 1)
        let (turn, shift) = (scene.parameters.restStartTurn, scene.parameters.restStartShift)
        let found = try scene.moment(restAt: truth).found(around: supine(), turn: turn, shift: shift)
        let left = error(found.roomFromPatient, truth)
        // Places of 2.4 mm at the detector are 1.6 mm wide here; a tenth of one is what a few steps come to.
        #expect(left.shift < 0.2 && left.turn < 0.1, "\(left)")
        #expect(found.cameras == scene.cameras)
        #expect(
            found.lineIntegrals[0][1] == scene.lineIntegrals(restAt: found.roomFromPatient, level: 0, view: 1),
            "it is drawn where it was found")
    }

    @Test func oneThatLiesWhereItIsBelievedStaysThere() throws {
        let scene = try RestScene()
        let found = try scene.moment(restAt: supine()).found(around: supine(), turn: 0.05, shift: 6)
        let left = error(found.roomFromPatient, supine())
        #expect(left.shift < 0.05 && left.turn < 0.05, "\(left)")
    }

    /// Without leave to move, images say nothing.
    @Test func thePriorHoldsIt() throws {
        let scene = try RestScene()
        let found = try scene.moment(restAt: supine(movedBy: 3, degrees: 1)).found(around: supine(), turn: 1e-7, shift: 1e-4)
        let left = error(found.roomFromPatient, supine())
        #expect(left.shift < 0.01 && left.turn < 0.01, "\(left)")
    }
}
