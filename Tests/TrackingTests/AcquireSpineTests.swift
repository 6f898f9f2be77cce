import Anatomy
import Foundation
import Frames
import Testing
import Volumes

@testable import Tracking

struct AcquireSpineTests {
    private let truth = PoseMotion([0.03, -0.02, 0.04, 3, -2, 4]).applied(to: supine(), about: Point(0, 0, 0))

    /// How far the middle vertebra is from where it is, across the rays of the front view, mm; and the turn, radians.
    private func error(_ found: Acquisition) -> (across: Double, turn: Double) {
        let left = PoseMotion(from: truth, to: found.roomFromPatient!)
        return (SIMD3(left.shift.x, 0, left.shift.z).length, left.rotation.length)
    }

    @Test func aStartThatIsOffIsMended() throws {
        let model = try StartScene.model(withOrgans: true)
        let guess = PoseMotion([-0.05, 0.06, -0.04, 6, 5, -7]).applied(to: truth, about: Point(0, 0, 0))
        let found = try acquire(model, in: StartScene.frames(model, truth, [StartScene.front()]), around: guess, threads: 2)
        #expect(found.causes.isEmpty && found.agreement > 0.9, "\(found)")
        #expect(error(found).across < 1 && error(found).turn < 0.03, "\(error(found))")
    }

    @Test(arguments: [1.0, -1])
    func aStartOneLevelOffIsPutRight(side: Double) throws {
        let model = try StartScene.model(withOrgans: true)
        let guess = PoseMotion([0, 0, 0, 2, 0, 30 * side]).applied(to: truth, about: Point(0, 0, 0))
        let found = try acquire(model, in: StartScene.frames(model, truth, [StartScene.front()]), around: guess, threads: 2)
        #expect(found.causes.isEmpty, "\(found)")
        #expect(error(found).across < 1, "\(error(found))")
        #expect(found.otherLevelAgreement < 0.9 * found.agreement)
    }

    /// Of the three only the outer two are tracked, so that the next level is half as far as they are apart.
    @Test func levelsBetweenThoseTrackedCount() throws {
        let whole = try StartScene.model(withOrgans: true)
        let seen = StartScene.frames(whole, truth, [try StartScene.front()])
        let model = SpineModel(vertebrae: [whole.vertebrae[0], whole.vertebrae[2]], rest: whole.rest)
        let guess = PoseMotion([0, 0, 0, 0, 0, 30]).applied(to: truth, about: Point(0, 0, 0))
        let found = try acquire(model, in: seen, around: guess, threads: 2)
        #expect(error(found).across < 2, "\(error(found)), \(found)")
    }

    @Test func aBlindSecondViewDoesNotPreventAStart() throws {
        let model = try StartScene.model(withOrgans: true)
        var seen = StartScene.frames(model, truth, [try StartScene.front(), try StartScene.side()])
        seen[1].transmission = seen[1].transmission.map { _ in .nan }
        let found = try acquire(model, in: seen, around: truth, threads: 2)
        #expect(found.causes.isEmpty && error(found).across < 1, "\(found)")
    }

    /// Where nothing tells one level from the next, none may be chosen.
    @Test func aSpineAloneIsAmbiguous() throws {
        let model = try StartScene.model(withOrgans: false)
        let found = try acquire(model, in: StartScene.frames(model, truth, [StartScene.front()]), around: truth, threads: 2)
        #expect(found.causes.contains(.ambiguousLevel), "\(found)")
    }

    @Test func mirroredFramesAreKnown() throws {
        let model = try StartScene.model(withOrgans: true)
        let found = try acquire(model, in: StartScene.frames(model, truth, [StartScene.front()]).map(\.mirrored), around: truth, threads: 2)
        #expect(found.causes.contains(.mirrored), "\(found)")
        #expect(found.mirroredShare > 0.98)
    }

    @Test func exchangedViewsAreKnown() throws {
        let model = try StartScene.model(withOrgans: true)
        var seen = StartScene.frames(model, truth, [try StartScene.front(), try StartScene.side()])
        (seen[0].transmission, seen[1].transmission) = (seen[1].transmission, seen[0].transmission)
        let found = try acquire(model, in: seen, around: truth, threads: 2)
        #expect(found.causes.contains(.viewsSwapped), "\(found)")
    }

    @Test(arguments: [0, .nan] as [Float])
    func framesOfNothingHaveNoStart(value: Float) throws {
        let model = try StartScene.model(withOrgans: false)
        let blind = XRayFrame(view: "AP", camera: try StartScene.front(), transmission: [Float](repeating: value, count: 90 * 110))
        let found = try acquire(model, in: [blind], around: truth, threads: 1)
        #expect(found.causes == [.noSignal] && found.agreement == 0 && found.roomFromPatient == nil)
    }

    @Test func someoneElsesImageIsRefused() throws {
        let model = try StartScene.model(withOrgans: true)
        // Nothing of the patient but three strange blobs.
        let places = [Point<Room>(-40, 0, 20), Point(35, 0, 50), Point(10, 0, -60)]
        let strange = frame(try places.map { (try blobVertebra(), upright(at: $0)) }, in: try StartScene.front())
        let found = try acquire(model, in: [strange], around: truth, threads: 2)
        #expect(found.causes.contains(.lowSimilarity), "\(found)")
    }
}
