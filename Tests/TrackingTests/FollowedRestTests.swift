import Foundation
import Frames
import Testing

@testable import Tracking

struct FollowedRestTests {
    private let scene: RestScene
    private let moved = supine(movedBy: 3, degrees: 1)
    private let stays = [ImageMotion(), ImageMotion()]

    init() throws { scene = try RestScene() }

    /// Which place the rest is drawn at: how far its picture is from that of either, as a share of how far these are from one another.
    private func share(of place: RigidTransform<Room, Patient>, in rest: FollowedRest) -> Double {
        let drawn = rest.lineIntegrals(level: 0, view: 0)
        func distance(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double(abs($1.0 - $1.1)) } }
        let places = [supine(), moved].map { scene.lineIntegrals(restAt: $0, level: 0, view: 0) }
        let wanted = scene.lineIntegrals(restAt: place, level: 0, view: 0)
        return 1 - distance(drawn, wanted) / distance(places[0], places[1])
    }

    private func prepare(_ rest: inout FollowedRest, at time: Double, in cameras: [CArmCamera]? = nil) throws {
        try rest.prepare(scene.model, in: cameras ?? scene.cameras, at: time, scene.parameters, threads: 1)
    }

    /// Found at time 0 where the CT has it; it has moved at the frame of 1 s, and a search is under way from then on.
    private func searching() throws -> FollowedRest {
        var rest = try FollowedRest(scene.moment(restAt: supine()), around: supine())
        #expect(share(of: supine(), in: rest) > 0.95)
        rest.follow(stays, scene.moment(restAt: moved), at: 1)
        return rest
    }

    private func expected(_ rest: FollowedRest, view: Int = 0) throws -> ImageMotion {
        let raster = DetectorRaster(blocksOf: 3, in: scene.cameras[view])
        return try #require(
            rest.background(
                level: 0, view: view, raster: raster, standing: nil, centre: Point(0, 0, 0), after: 0.1, inflation: 1, scene.parameters
            ).prior
        ).mean
    }

    @Test func aResultIsTakenOverAfterItsDelayAndNoSooner() throws {
        var rest = try searching()
        // However long ago the search has ended.
        Thread.sleep(forTimeInterval: 1)
        try prepare(&rest, at: 1 + 0.9 * scene.parameters.restDelay)
        #expect(share(of: supine(), in: rest) > 0.95)
        try prepare(&rest, at: 1 + scene.parameters.restDelay)
        #expect(share(of: moved, in: rest) > 0.9)
    }

    /// What it has moved by since the frame that the search was made on is expected on top, no more.
    @Test func motionsSinceTheSearchGoOn() throws {
        var rest = try FollowedRest(scene.moment(restAt: supine()), around: supine())
        let (then, now) = (ImageMotion(shift: SIMD2(2, -1), turn: 0.01), ImageMotion(shift: SIMD2(3, 1), turn: 0.02))
        rest.follow([then, then], scene.moment(restAt: moved), at: 1)
        rest.follow([now, then], scene.moment(restAt: supine()), at: 1.1)
        #expect(try expected(rest) == now)
        try prepare(&rest, at: 1 + scene.parameters.restDelay)
        #expect(share(of: moved, in: rest) > 0.9, "the second frame began no search")
        #expect(try expected(rest) == now - then && expected(rest, view: 1) == ImageMotion())
    }

    @Test func aResultIsNeverTakenOverAcrossALoss() throws {
        var rest = try searching()
        rest.lose()
        try prepare(&rest, at: 1 + 2 * scene.parameters.restDelay)
        #expect(share(of: supine(), in: rest) > 0.95)
        // It is looked for again when its time comes.
        rest.follow(stays, scene.moment(restAt: moved), at: 1 + scene.parameters.restInterval)
        try prepare(&rest, at: 1 + scene.parameters.restInterval + scene.parameters.restDelay)
        #expect(share(of: moved, in: rest) > 0.9)
    }

    @Test func aResultForCamerasThatHaveMovedIsDropped() throws {
        var rest = try searching()
        var cameras = scene.cameras
        cameras[0].carmFromRoom = RigidTransform<CArm, CArm>(asserting: .identity(), origin: Point(1, 0, 0)) * cameras[0].carmFromRoom
        try prepare(&rest, at: 2, in: cameras)
        try prepare(&rest, at: 3)
        #expect(share(of: supine(), in: rest) > 0.95)
    }

    @Test func searchesAreNoMoreThanOneEachInterval() throws {
        var rest = try searching()
        try prepare(&rest, at: 1 + scene.parameters.restDelay)
        // 0.4 s after the first.
        rest.follow(stays, scene.moment(restAt: supine()), at: 1.4)
        try prepare(&rest, at: 1.9)
        #expect(share(of: moved, in: rest) > 0.9)
        rest.follow(stays, scene.moment(restAt: supine()), at: 1 + scene.parameters.restInterval)
        try prepare(&rest, at: 2.5)
        #expect(share(of: supine(), in: rest) > 0.9)
    }
}
