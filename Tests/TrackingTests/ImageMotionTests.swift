import Frames
import Testing

@testable import Tracking

struct ImageMotionTests {
    private func place(_ x: Double, _ z: Double, turn: Double = 0) -> RigidTransform<Room, Patient> {
        RigidTransform(asserting: Rotation(angle: turn, about: UnitVector(Vector(0, 1, 0))!), origin: Point(x, 0, z))
    }

    /// Seen from the front the patient's left is at the image's right, the head at the top.
    @Test func aPatientWhoMovesMovesInTheImage() throws {
        let camera = try TestViews.fromTheFront()
        let motion = ImageMotion(of: Point(0, 0, 0), from: place(0, 0), to: place(7, 14), in: camera)
        #expect(abs(motion.shift.x - 7 * 1020 / 700) < 1e-9 && abs(motion.shift.y + 14 * 1020 / 700) < 1e-9)
        #expect(abs(motion.turn) < 1e-12)
    }

    /// From behind columns and head are the other way about; a turn that takes left to the feet goes the other way too.
    @Test func aTurnHasTheImagesSense() throws {
        for (camera, head) in [(try TestViews.fromTheFront(), -1.0), (try TestViews.fromBehind(), 1.0)] {
            let motion = ImageMotion(of: Point(0, 0, 0), from: place(0, 0), to: place(0, 0, turn: 0.1), in: camera)
            // About +y (the back) left (x) turns to the feet (-z): v is down from the front, up from behind.
            #expect(abs(motion.turn + 0.1 * head) < 1e-9, "\(motion.turn)")
        }
    }

    @Test func sumsAndDifferences() {
        let (a, b) = (ImageMotion(shift: SIMD2(1, 2), turn: 3), ImageMotion(shift: SIMD2(10, 20), turn: 30))
        #expect(a + b == ImageMotion([11, 22, 33]) && b - a == ImageMotion([9, 18, 27]))
    }
}
