import Foundation
import Frames
import Testing

@testable import Tracking

struct AcquireAnywhereTests {
    /// Turns of the patient in the room, whose axes are the patient's when it lies on its back with the head up: rotation vectors.
    private static let ways: [(String, SIMD3<Double>)] = [
        ("on the belly", SIMD3(0, 0, .pi)), ("feet up", SIMD3(0, .pi, 0)), ("askew", SIMD3(0.15, -0.6, 0.5)),
    ]

    private func placed(_ turn: SIMD3<Double>) -> RigidTransform<Room, Patient> {
        PoseMotion(rotation: turn, shift: SIMD3(40, 30, -25)).applied(to: supine(), about: Point(0, 0, 0))
    }

    @Test(arguments: ways)
    func whereverThePatientLiesItIsFound(name: String, turn: SIMD3<Double>) throws {
        let model = try StartScene.model(withOrgans: true)
        let truth = placed(turn)
        let seen = StartScene.frames(model, truth, [try StartScene.front(), try StartScene.side()])
        let found = try acquireAnywhere(model, in: seen, threads: 2)
        #expect(found.causes.isEmpty && found.agreement > 0.9, "\(name): \(found)")
        let left = PoseMotion(from: truth, to: try #require(found.roomFromPatient))
        #expect(left.rotation.length < 0.03 && left.shift.length < 1.5, "\(name): \(left)")
    }

    /// One view finds it, but this patient is so flat that, turned over, it is its own mirror image to half a percent: then its side is not claimed.
    @Test func oneViewFindsItAndDoesNotGuessTheSide() throws {
        let model = try StartScene.model(withOrgans: true)
        let truth = placed(SIMD3(0.05, 0.1, -0.1))
        let found = try acquireAnywhere(model, in: StartScene.frames(model, truth, [StartScene.front()]), threads: 2)
        #expect(found.causes == [.mirrored] && found.mirroredShare < 1, "\(found)")
        let left = PoseMotion(from: truth, to: try #require(found.roomFromPatient))
        // The rays run along the room's y.
        #expect(left.rotation.length < 0.04 && SIMD3(left.shift.x, 0, left.shift.z).length < 1.5 && abs(left.shift.y) < 15, "\(left)")
    }

    /// No way to lie gives a mirrored image.
    @Test func mirroredImagesAreNotBelieved() throws {
        let model = try StartScene.model(withOrgans: true)
        let seen = StartScene.frames(model, placed(SIMD3()), [try StartScene.front()]).map(\.mirrored)
        let found = try acquireAnywhere(model, in: seen, threads: 2)
        #expect(found.causes.contains(.mirrored) && found.mirroredShare > 0.98, "\(found)")
    }

    /// Turned by a right angle the patient explains one of two exchanged images.
    @Test func exchangedViewsAreNotBelieved() throws {
        let model = try StartScene.model(withOrgans: true)
        var seen = StartScene.frames(model, placed(SIMD3()), [try StartScene.front(), try StartScene.side()])
        (seen[0].transmission, seen[1].transmission) = (seen[1].transmission, seen[0].transmission)
        let found = try acquireAnywhere(model, in: seen, threads: 2)
        #expect(found.causes.contains(.viewsSwapped) && found.swappedShare > 1, "\(found)")
    }

    /// A spine without organs, of blobs that repeat: which level is seen, nobody can say.
    @Test func whatRepeatsIsNotBelieved() throws {
        let model = try StartScene.model(withOrgans: false)
        let found = try acquireAnywhere(model, in: StartScene.frames(model, placed(SIMD3()), [StartScene.front()]), threads: 2)
        #expect(found.causes.contains(.ambiguousLevel), "\(found)")
    }

    /// The work of the first look is bounded, whatever the image's shape.
    @Test(.timeLimit(.minutes(1)))
    func aStripOfPixelsIsSearchedInTime() throws {
        let model = try StartScene.model(withOrgans: true)
        let camera = try TestViews.fromTheFront(size: SIMD2(4096, 40), spacing: 0.1)
        let found = try acquireAnywhere(model, in: StartScene.frames(model, supine(), [camera]), threads: 2)
        #expect(!found.causes.isEmpty, "\(found)")
    }

    @Test(arguments: [0, .nan] as [Float])
    func framesOfNothingHaveNoStart(value: Float) throws {
        let model = try StartScene.model(withOrgans: false)
        let blind = XRayFrame(view: "AP", camera: try StartScene.front(), transmission: [Float](repeating: value, count: 90 * 110))
        let found = try acquireAnywhere(model, in: [blind], threads: 1)
        #expect(found.causes == [.noSignal] && found.roomFromPatient == nil)
    }
}
