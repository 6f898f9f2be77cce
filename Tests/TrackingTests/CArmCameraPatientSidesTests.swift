import Frames
import Testing

@testable import Tracking

struct CArmCameraPatientSidesTests {
    private let middle = Point<Patient>(0, 0, 0)

    @Test func aRadiologistSeesThePatientsLeftOnTheRight() throws {
        let sides = try TestViews.fromTheFront().edgeSides(of: supine(), at: middle)
        #expect(sides == EdgeSides(left: .right, right: .left, top: .head, bottom: .feet))
    }

    @Test func fromBehindLeftIsLeft() throws {
        let sides = try TestViews.fromBehind().edgeSides(of: supine(), at: middle)
        // Rows count towards the head there.
        #expect(sides == EdgeSides(left: .right, right: .left, top: .feet, bottom: .head))
    }

    @Test func fromTheSideFrontAndBack() throws {
        let sides = try TestViews.fromTheSide().edgeSides(of: supine(), at: middle)
        #expect(sides == EdgeSides(left: .back, right: .front, top: .head, bottom: .feet))
    }

    @Test func columnsThatCountBackwardsTurnTheSides() throws {
        let front = try TestViews.fromTheFront()
        let flipped = try CArmCamera(
            size: front.size, pixelSpacing: front.pixelSpacing * SIMD2(-1, 1), sourceDetectorDistance: front.sourceDetectorDistance,
            principalPoint: front.principalPoint, carmFromRoom: front.carmFromRoom)
        #expect(flipped.edgeSides(of: supine(), at: middle) == EdgeSides(left: .left, right: .right, top: .head, bottom: .feet))
    }

    /// The tracked pose counts, not the room: a patient who lies prone has left where right was.
    @Test func aPatientWhoIsTurnedTurnsTheSides() throws {
        let prone = RigidTransform<Room, Patient>(
            asserting: Rotation(columns: SIMD3(-1, 0, 0), SIMD3(0, -1, 0), SIMD3(0, 0, 1)), origin: Point(0, 0, 0))
        let sides = try TestViews.fromTheFront().edgeSides(of: prone, at: middle)
        #expect(sides == EdgeSides(left: .left, right: .right, top: .head, bottom: .feet))
    }

    @Test(arguments: [(30.0, true), (36.0, true), (38.0, false), (45.0, false), (52.0, false)])
    func anObliquePatientHasNoSideToTheSide(degrees: Double, isNamed: Bool) throws {
        let turned = RigidTransform<Room, Patient>(
            asserting: Rotation(angle: degrees * .pi / 180, about: UnitVector(Vector(0, 0, 1))!), origin: Point(0, 0, 0))
        let sides = try TestViews.fromTheFront().edgeSides(of: turned, at: middle)
        #expect((sides.right == .left) == isNamed && (sides.left == .right) == isNamed)
        #expect(sides.top == .head && sides.bottom == .feet)
    }

    /// As with a C-arm turned about its beam: each side at the corner that it points to.
    @Test func anImageTurnedByHalfARightAngleHasItsSidesInTheCorners() throws {
        let front = try TestViews.fromTheFront()
        let turned = RigidTransform<Room, Patient>(
            asserting: Rotation(angle: 45 * .pi / 180, about: UnitVector(Vector(0, 1, 0))!), origin: Point(0, 0, 0))
        let sides = front.edgeSides(of: turned, at: middle)
        // The head, (0, 0, 1), goes to (sin, 0, cos): up and to the patient's former left, the image's right.
        #expect(sides == EdgeSides(topLeft: .right, topRight: .head, bottomLeft: .feet, bottomRight: .left))
    }

    @Test func behindTheSourceThereAreNone() throws {
        #expect(try TestViews.fromTheFront().edgeSides(of: supine(at: Point(0, -2000, 0)), at: middle) == EdgeSides())
    }
}
