import Anatomy
import Foundation
import Frames
import TestSupport
import Testing

@testable import Tracking

struct FindScrewsTests {
    private let pose = upright(at: Point(1, -2, 3))

    /// Screws of the plan, each moved by its own motion.
    private func placed(_ motions: [ShaftMotion]) -> [PosedShaft] {
        zip(ScrewScene.plans(), motions).map { plan, motion in
            var shaft = plan.posed(at: pose)
            shaft.roomFromScrew = motion.applied(to: shaft.roomFromScrew, length: plan.length)
            return shaft
        }
    }

    private let off = [
        ShaftMotion(turn: SIMD2(0.05, -0.04), shift: SIMD3(1.5, -1, 1.2)), ShaftMotion(turn: SIMD2(-0.03, 0.06), shift: SIMD3(-1, 1.8, -2)),
    ]

    @Test func screwsOffTheirPlanAreFoundWhereTheyAre() throws {
        let screws = placed(off)
        let scene = try ScrewScene(screws)
        var finder = ScrewFinder(ScrewScene.plans())
        let found = try finder.find([tracked(at: pose)], in: scene.views, threads: 2)
        #expect(found.map(\.side) == [.left, .right])
        for (estimate, truth) in zip(found, screws) {
            let place = try #require(estimate.place, "\(estimate.causes)")
            #expect(estimate.state == .found, "\(estimate.causes)")
            // A twentieth of a place.
            #expect(place.entry.distance(to: truth.entry) < 0.1 && place.tip.distance(to: truth.tip) < 0.1)
            #expect(place.isDepthObservable && place.covariance.count == 36)
            #expect(estimate.planned.map(\.view) == ["AP", "LAT"])
        }
        // The left screw went by its own x, y and z; the sides have deviations of their own.
        let left = try #require(found[0].place).deviation
        let right = try #require(found[1].place).deviation
        #expect(abs(left.entry.medial - right.entry.medial) > 0.5)
    }

    @Test func aScrewThatIsNotThereIsNotFound() throws {
        var finder = ScrewFinder(ScrewScene.plans())
        for state in try finder.find([tracked(at: pose)], in: try ScrewScene([]).views, threads: 1) {
            #expect(state.state == .notFound && state.causes == [.noMetal] && state.place == nil && !state.planned.isEmpty)
        }
        // The other one's shadow lies over its place in the side view.
        let alone = try finder.find([tracked(at: pose)], in: try ScrewScene([placed(off)[0]]).views, threads: 1)
        #expect(alone.map(\.state) == [.found, .notFound] && alone[1].causes == [.noMetal])
        // Found before does not count once it is gone.
        #expect(try finder.find([tracked(at: pose)], in: try ScrewScene([]).views, threads: 1).allSatisfy { $0.place == nil })
    }

    @Test func aRodOverAScrewsPlaceIsNoScrew() throws {
        // As thick, along the screw, but three times as long; and one across.
        var rod = ScrewScene.plans()[0].posed(at: pose)
        rod.shaft.length = 120
        rod.roomFromScrew = ShaftMotion(turn: SIMD2(0, 0), shift: SIMD3(0, 0, -40)).applied(to: rod.roomFromScrew, length: 120)
        var across = rod
        across.roomFromScrew = ShaftMotion(turn: SIMD2(.pi / 2, 0), shift: SIMD3()).applied(to: rod.roomFromScrew, length: 120)
        for tool in [rod, across] {
            var finder = ScrewFinder(ScrewScene.plans())
            let found = try finder.find([tracked(at: pose)], in: try ScrewScene([tool]).views, threads: 1)
            #expect(found.allSatisfy { $0.state != .found }, "\(found.map(\.causes))")
        }
    }

    @Test func theSideViewAloneTellsNoSide() throws {
        let screws = placed(off)
        var scene = try ScrewScene(screws)
        scene = try ScrewScene(scene.screws)
        var finder = ScrewFinder(ScrewScene.plans())
        let found = try finder.find([tracked(at: pose)], in: [scene.views[1]], threads: 1)
        #expect(found.allSatisfy { $0.state != .found })
        #expect(found.contains { $0.causes.contains(.ambiguous) })
    }

    @Test func oneViewNeverClaimsTheDepth() throws {
        let scene = try ScrewScene(placed(off), views: 1)
        var finder = ScrewFinder(ScrewScene.plans())
        for estimate in try finder.find([tracked(at: pose)], in: scene.views, threads: 1) {
            let place = try #require(estimate.place)
            #expect(!place.isDepthObservable)
            // Rays run along the room's y but for the cone.
            #expect(place.covariance[7].squareRoot() > 9.9 && place.covariance[28].squareRoot() > 9.9)
        }
    }

    @Test func doubtsAboutTheVertebraAreDoubtsAboutItsScrews() throws {
        let scene = try ScrewScene(placed(off))
        var finder = ScrewFinder(ScrewScene.plans())
        for estimate in try finder.find([tracked(at: pose, state: .degraded)], in: scene.views, threads: 1) {
            #expect(estimate.state == .uncertain && estimate.causes == [.vertebraDegraded])
        }
        for estimate in try finder.find([VertebraEstimate(lost: .l1, [.covered])], in: scene.views, threads: 1) {
            #expect(estimate.state == .notFound && estimate.causes == [.vertebraLost] && estimate.planned.isEmpty)
        }
    }

    @Test func aPlaceBeyondTheImageIsNotInView() throws {
        let away = upright(at: Point(0, 0, 200))
        var finder = ScrewFinder(ScrewScene.plans())
        for estimate in try finder.find([tracked(at: away)], in: try ScrewScene([]).views, threads: 1) {
            #expect(estimate.causes == [.notInView])
        }
    }

    @Test func deviationsAreSignedByThePatientsSide() {
        for plan in ScrewScene.plans() {
            let entry = plan.vertebraFromScrew.origin
            let tip = plan.vertebraFromScrew * Point<Screw>(0, 0, plan.length)
            // One millimetre to the patient's left: away from the midline on the left, towards it on the right.
            let shift = SIMD3(1.0, 2, 3)
            let deviation = ScrewDeviation(of: (Point(entry.xyz + shift), Point(tip.xyz + shift)), from: plan)
            #expect(deviation.entry == .init(medial: plan.side == .left ? -1 : 1, cranial: 3, dorsal: 2))
            #expect(abs(deviation.tip.distance - shift.length) < 1e-9 && deviation.angle < 1e-9)
        }
    }
}
