import Anatomy
import Foundation
import Frames
import Testing
import Volumes

@testable import Tracking

struct SpineTrackerTests {
    /// Three blobs one above the other, 30 mm apart, in a patient of nothing else.
    private func model() throws -> SpineModel {
        let vertebrae = try [(VertebraLevel.t12, 30.0), (.l1, 0), (.l2, -30)].map { level, height in
            ModelVertebra(
                level: level, attenuation: AttenuationVolume(try blobs()),
                patientFromVertebra: RigidTransform(
                    asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: Point(0, 0, height)),
                centroid: Point(0, 0, 0))
        }
        let empty = try GridGeometry<Patient>(size: SIMD3(4, 4, 4), spacing: SIMD3(10, 10, 10), origin: Point(-20, -20, -20))
        return SpineModel(vertebrae: vertebrae, rest: AttenuationVolume(Volume(geometry: empty, repeating: 0)))
    }

    private let still = RigidTransform<Room, Patient>(
        asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: Point(0, 0, 0))

    private func frames(_ model: SpineModel, _ poses: [RigidTransform<Room, Vertebra>], _ cameras: [CArmCamera]) -> [XRayFrame] {
        cameras.enumerated().map { n, camera in
            var sum = [Float](repeating: 0, count: camera.size.x * camera.size.y)
            for (vertebra, pose) in zip(model.vertebrae, poses) {
                let image = project(
                    vertebra.attenuation, at: camera.carmFromRoom * pose, from: camera, to: DetectorRaster(pixelsOf: camera))
                for i in sum.indices { sum[i] += image[i] }
            }
            return XRayFrame(view: ["AP", "LAT"][n], camera: camera, transmission: sum.map { exp(-$0) })
        }
    }

    private func cameras() throws -> [CArmCamera] {
        [try TestViews.fromTheFront(size: SIMD2(200, 240)), try TestViews.fromTheSide(size: SIMD2(200, 240))]
    }

    /// One detector stands a little higher than its geometry says: both views together cannot be right, though each alone is.
    @Test(arguments: [0, 1]) func aViewWhoseGeometryIsOffIsSaid(view: Int) throws {
        let model = try model()
        let cameras = try cameras()
        let truth = model.vertebrae.map { still * $0.patientFromVertebra }
        var off = cameras
        let camera = cameras[view]
        off[view] = try CArmCamera(
            size: camera.size, pixelSpacing: camera.pixelSpacing, sourceDetectorDistance: camera.sourceDetectorDistance,
            principalPoint: camera.principalPoint + SIMD2(0, 2), carmFromRoom: camera.carmFromRoom)
        let right = frames(model, truth, cameras)
        let wrong = zip(right, off).map { XRayFrame(view: $0.view, camera: $1, transmission: $0.transmission) }
        for estimate in try lastEstimates(model, right) { #expect(!estimate.causes.contains(.viewsDisagree)) }
        for (estimate, truth) in zip(try lastEstimates(model, wrong), truth) {
            #expect(estimate.state == .degraded && estimate.causes.contains(.viewsDisagree), "\(estimate.causes)")
            let covariance = try #require(estimate.covariance)
            let shift = PoseMotion(from: truth, to: try #require(estimate.roomFromVertebra)).shift
            #expect(abs(shift.z) < 2 * covariance[35].squareRoot(), "\(shift)")
        }
        // By itself the view has nothing to be compared with.
        for estimate in try lastEstimates(model, [wrong[view]]) { #expect(!estimate.causes.contains(.viewsDisagree)) }
    }

    private func lastEstimates(_ model: SpineModel, _ frames: [XRayFrame]) throws -> [VertebraEstimate] {
        var tracker = SpineTracker(model, startingAt: still, threads: 2)
        for step in 0..<3 { _ = try tracker.track(frames, at: Double(step) / 15) }
        return try tracker.track(frames, at: 0.2)
    }

    @Test func vertebraeThatMoveOnTheirOwnAreFollowed() throws {
        let model = try model()
        let cameras = try cameras()
        var tracker = SpineTracker(model, startingAt: still, threads: 2)
        for step in 0..<6 {
            let share = Double(step) / 5
            let truth = zip(model.vertebrae, [0.02, -0.01, 0.015]).map { vertebra, turn in
                PoseMotion([0, 0, turn * share, share * turn * 50, 0, share]).applied(
                    to: still * vertebra.patientFromVertebra, about: (still * vertebra.patientFromVertebra).origin)
            }
            for (estimate, truth) in zip(try tracker.track(frames(model, truth, cameras), at: Double(step) / 15), truth) {
                let pose = try #require(estimate.roomFromVertebra, "step \(step): \(estimate.causes)")
                let left = PoseMotion(from: truth, to: pose)
                #expect(left.rotation.length < 0.01 && left.shift.length < 0.2, "step \(step), \(estimate.level): \(left)")
                #expect(estimate.isDepthObservable)
            }
        }
    }

    /// Alone in one view it may be wrong without anything showing it; views from the front and the side show it. What is usual is learnt all the same.
    @Test(arguments: [1, 2]) func theOnlyVertebraIsOKInViewsThatStandApartAlone(views: Int) throws {
        let all = try model()
        let model = SpineModel(vertebrae: [all.vertebrae[1]], rest: all.rest)
        let cameras = Array(try cameras()[..<views])
        let poses = [still * model.vertebrae[0].patientFromVertebra]
        var tracker = SpineTracker(model, startingAt: still, threads: 1)
        for n in 0..<3 {
            let estimate = try tracker.track(frames(model, poses, cameras), at: Double(n) / 15)[0]
            #expect(estimate.state == (views == 1 ? .degraded : .ok) && estimate.causes == (views == 1 ? [.unchecked] : []), "frame \(n)")
            #expect(estimate.evidence.isDepthMeasured == (views == 2))
        }
        // The image fades to a picture of something else.
        let shown = frames(model, poses, cameras).map { frame in
            var other = frame.mirrored.transmission
            for i in other.indices { other[i] = 0.3 * frame.transmission[i] + 0.7 * other[i] }
            return XRayFrame(view: frame.view, camera: frame.camera, transmission: other)
        }
        let doubted = try tracker.track(shown, at: 3.0 / 15)[0]
        // Where nothing was learnt it would be 1.
        #expect(doubted.evidence.agreement < 0.95, "\(doubted.causes) \(doubted.evidence)")
    }

    @Test func oneViewNeverClaimsTheDepth() throws {
        let model = try model()
        let camera = try cameras()[0]
        var tracker = SpineTracker(model, startingAt: still, threads: 1)
        let poses = model.vertebrae.map { still * $0.patientFromVertebra }
        for estimate in try tracker.track(frames(model, poses, [camera]), at: 0) {
            #expect(!estimate.isDepthObservable)
            // The rays run along the room's y, but for the cone: up to 3 degrees here.
            #expect(try #require(estimate.covariance)[28].squareRoot() > 9.9)
        }
    }

    @Test func aBlindSecondViewDoesNotMeasureTheDepth() throws {
        let model = try model()
        let cameras = try cameras()
        var tracker = SpineTracker(model, startingAt: still, threads: 1)
        let poses = model.vertebrae.map { still * $0.patientFromVertebra }
        var seen = frames(model, poses, cameras)
        #expect(try tracker.track(seen, at: 0).allSatisfy(\.isDepthObservable))
        seen[1].transmission = [Float](repeating: .nan, count: seen[1].transmission.count)
        for estimate in try tracker.track(seen, at: 1.0 / 15) where estimate.roomFromVertebra != nil {
            #expect(!estimate.isDepthObservable)
            #expect(try #require(estimate.covariance)[28].squareRoot() > 9.9)
        }
    }

    @Test func aViewThatDoesNotShowAVertebraDoesNotMeasureItsDepth() throws {
        let model = try model()
        let cameras = try cameras()
        var tracker = SpineTracker(model, startingAt: still, threads: 1)
        let poses = model.vertebrae.map { still * $0.patientFromVertebra }
        var seen = frames(model, poses, cameras)
        // A shutter over the lower half of the side view hides L2 and leaves T12.
        for n in (150 * 200)..<(240 * 200) { seen[1].transmission[n] = .nan }
        let estimates = try tracker.track(seen, at: 0)
        #expect(estimates[0].isDepthObservable)
        #expect(estimates[2].roomFromVertebra == nil || !estimates[2].isDepthObservable)
    }

    @Test func aVertebraThatIsGoneIsLostAndTheOthersAreNot() throws {
        let model = try model()
        let cameras = try cameras()
        var tracker = SpineTracker(model, startingAt: still, threads: 1)
        let poses = model.vertebrae.map { still * $0.patientFromVertebra }
        _ = try tracker.track(frames(model, poses, cameras), at: 0)
        let gone = frames(model, [poses[0], poses[1], upright(at: Point(0, 0, 5000))], cameras)
        let estimates = try tracker.track(gone, at: 1.0 / 15)
        #expect(estimates[2].state == .lost && estimates[2].roomFromVertebra == nil)
        #expect(!estimates[2].causes.isEmpty)
        #expect(
            estimates[0].roomFromVertebra != nil && estimates[1].roomFromVertebra != nil,
            "\(estimates.map(\.causes)) \(estimates.map(\.evidence))")
        // Back again: measured, and said to be fresh.
        let back = try tracker.track(frames(model, poses, cameras), at: 2.0 / 15)
        #expect(back[2].state == .degraded && back[2].causes.contains(.reacquired))
    }

    @Test func blackAndEmptyFramesHaveNoPose() throws {
        let model = try model()
        let cameras = try cameras()
        var tracker = SpineTracker(model, startingAt: still, threads: 1)
        for value in [Float(0), .nan] {
            let black = cameras.map { XRayFrame(view: "AP", camera: $0, transmission: [Float](repeating: value, count: 200 * 240)) }
            for estimate in try tracker.track(black, at: 0) {
                #expect(estimate.state == .lost && estimate.causes == [.noSignal] && estimate.covariance == nil)
            }
        }
        #expect(!tracker.isStale(at: 0.4) && tracker.isStale(at: 0.6))
    }

    /// The patient was moved by a vertebra while the start was looked for.
    @Test func aStartThatIsOneLevelOffByNowIsNotBelieved() throws {
        let model = try StartScene.model(withOrgans: true)
        let seen = StartScene.frames(model, supine(), [try StartScene.front()])
        var tracker = SpineTracker(model, startingAt: supine(at: Point(0, 0, 30)), startAgreement: 0.99, isReacquired: true, threads: 2)
        for n in 0..<6 {
            #expect(try tracker.track(seen, at: Double(n) / 15).allSatisfy { $0.state == .lost })
        }
    }

    /// The second view was dark when the start was found, and shows a mirror image when it lights up.
    @Test func aViewThatLightsUpIsNotTrustedUnseen() throws {
        let model = try StartScene.model(withOrgans: true)
        var seen = StartScene.frames(model, supine(), [try StartScene.front(), try StartScene.side()])
        seen[1] = seen[1].mirrored
        var tracker = SpineTracker(model, startingAt: supine(), startAgreement: 0.99, threads: 2)
        #expect(try tracker.track([seen[0]], at: 0).allSatisfy { $0.state != .lost })
        for n in 1...4 {
            #expect(try tracker.track(seen, at: Double(n) / 15).allSatisfy { $0.state != .ok })
        }
    }
}
