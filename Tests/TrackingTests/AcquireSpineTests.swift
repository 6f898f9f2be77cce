import Anatomy
import Foundation
import Frames
import Testing
import Volumes

@testable import Tracking

struct AcquireSpineTests {
    /// Nine equal vertebrae 30 mm apart, of which the three in the middle are tracked, and the organs around them, which tell one level from the next.
    private func model(withOrgans: Bool) throws -> SpineModel {
        let heights = (-4...4).map { 30.0 * Double($0) }
        let tracked = try zip([VertebraLevel.l2, .l1, .t12], [-30.0, 0, 30]).map { try blobVertebra($0, at: Point(0, 0, $1)) }.reversed()
        let grid = try GridGeometry<Patient>(size: SIMD3(44, 36, 76), spacing: SIMD3(4, 4, 4), origin: Point(-86, -70, -150))
        var rest = Volume<Float, Patient>(geometry: grid, repeating: 0)
        let shape = try blobs()
        let organs: [(SIMD3<Double>, Double)] = [
            (SIMD3(45, -10, 60), 22), (SIMD3(-40, 0, -35), 30), (SIMD3(30, -20, -80), 18), (SIMD3(-50, 10, 70), 15), (SIMD3(55, 0, 0), 14),
        ]
        for k in 1..<75 {
            for j in 1..<35 {
                for i in 1..<43 {
                    let point = grid.point(at: SIMD3(i, j, k)).xyz
                    var value = 0.0
                    for height in heights where abs(height) > 45 {
                        value += shape.linear(at: Point<Vertebra>(point - SIMD3(0, 0, height))) ?? 0
                    }
                    for (centre, radius) in organs where withOrgans {
                        value += 0.012 / (1 + exp(((point - centre).length - radius) / 2))
                    }
                    rest[i, j, k] = Float(value)
                }
            }
        }
        return SpineModel(vertebrae: Array(tracked), rest: AttenuationVolume(rest))
    }

    private func frames(_ model: SpineModel, _ place: RigidTransform<Room, Patient>, _ cameras: [CArmCamera]) -> [XRayFrame] {
        cameras.enumerated().map { n, camera in
            frame(
                model.vertebrae.map { ($0, place * $0.patientFromVertebra) }, rest: (model.rest, place), in: camera,
                view: ["AP", "LAT"][n])
        }
    }

    private func front() throws -> CArmCamera { try TestViews.fromTheFront(size: SIMD2(90, 110), spacing: 2.4) }
    private func side() throws -> CArmCamera { try TestViews.fromTheSide(size: SIMD2(90, 110), spacing: 2.4) }

    private let truth = PoseMotion([0.03, -0.02, 0.04, 3, -2, 4]).applied(to: supine(), about: Point(0, 0, 0))

    /// How far the middle vertebra is from where it is, across the rays of the front view, mm; and the turn, radians.
    private func error(_ found: Acquisition) -> (across: Double, turn: Double) {
        let left = PoseMotion(from: truth, to: found.roomFromPatient)
        return (SIMD3(left.shift.x, 0, left.shift.z).length, left.rotation.length)
    }

    @Test func aStartThatIsOffIsMended() throws {
        let model = try model(withOrgans: true)
        let guess = PoseMotion([-0.05, 0.06, -0.04, 6, 5, -7]).applied(to: truth, about: Point(0, 0, 0))
        let found = try acquire(model, in: frames(model, truth, [front()]), around: guess, threads: 2)
        #expect(found.causes.isEmpty && found.agreement > 0.9, "\(found)")
        #expect(error(found).across < 1 && error(found).turn < 0.03, "\(error(found))")
    }

    @Test(arguments: [1.0, -1])
    func aStartOneLevelOffIsPutRight(side: Double) throws {
        let model = try model(withOrgans: true)
        let guess = PoseMotion([0, 0, 0, 2, 0, 30 * side]).applied(to: truth, about: Point(0, 0, 0))
        let found = try acquire(model, in: frames(model, truth, [front()]), around: guess, threads: 2)
        #expect(found.causes.isEmpty, "\(found)")
        #expect(error(found).across < 1, "\(error(found))")
        #expect(found.otherLevelAgreement < 0.9 * found.agreement)
    }

    /// Of the three only the outer two are tracked, so that the next level is half as far as they are apart.
    @Test func levelsBetweenThoseTrackedCount() throws {
        let whole = try model(withOrgans: true)
        let seen = frames(whole, truth, [try front()])
        let model = SpineModel(vertebrae: [whole.vertebrae[0], whole.vertebrae[2]], rest: whole.rest)
        let guess = PoseMotion([0, 0, 0, 0, 0, 30]).applied(to: truth, about: Point(0, 0, 0))
        let found = try acquire(model, in: seen, around: guess, threads: 2)
        #expect(error(found).across < 2, "\(error(found)), \(found)")
    }

    @Test func aBlindSecondViewDoesNotPreventAStart() throws {
        let model = try model(withOrgans: true)
        var seen = frames(model, truth, [try front(), try side()])
        seen[1].transmission = seen[1].transmission.map { _ in .nan }
        let found = try acquire(model, in: seen, around: truth, threads: 2)
        #expect(found.causes.isEmpty && error(found).across < 1, "\(found)")
    }

    /// Where nothing tells one level from the next, none may be chosen.
    @Test func aSpineAloneIsAmbiguous() throws {
        let model = try model(withOrgans: false)
        let found = try acquire(model, in: frames(model, truth, [front()]), around: truth, threads: 2)
        #expect(found.causes.contains(.ambiguousLevel), "\(found)")
    }

    @Test func mirroredFramesAreKnown() throws {
        let model = try model(withOrgans: true)
        let found = try acquire(model, in: frames(model, truth, [front()]).map(\.mirrored), around: truth, threads: 2)
        #expect(found.causes.contains(.mirrored), "\(found)")
        #expect(found.mirroredAgreement > 0.9)
    }

    @Test func exchangedViewsAreKnown() throws {
        let model = try model(withOrgans: true)
        var seen = frames(model, truth, [try front(), try side()])
        (seen[0].transmission, seen[1].transmission) = (seen[1].transmission, seen[0].transmission)
        let found = try acquire(model, in: seen, around: truth, threads: 2)
        #expect(found.causes.contains(.viewsSwapped), "\(found)")
    }

    @Test(arguments: [0, .nan] as [Float])
    func framesOfNothingHaveNoStart(value: Float) throws {
        let model = try model(withOrgans: false)
        let blind = XRayFrame(view: "AP", camera: try front(), transmission: [Float](repeating: value, count: 90 * 110))
        let found = try acquire(model, in: [blind], around: truth, threads: 1)
        #expect(found.causes == [.noSignal] && found.agreement == 0 && found.roomFromPatient == truth)
    }

    @Test func someoneElsesImageIsRefused() throws {
        let model = try model(withOrgans: true)
        // Nothing of the patient but three strange blobs.
        let places = [Point<Room>(-40, 0, 20), Point(35, 0, 50), Point(10, 0, -60)]
        let strange = frame(try places.map { (try blobVertebra(), upright(at: $0)) }, in: try front())
        let found = try acquire(model, in: [strange], around: truth, threads: 2)
        #expect(found.causes.contains(.lowSimilarity), "\(found)")
    }
}
