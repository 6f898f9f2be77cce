import Frames
import Testing
import Volumes

@testable import Segmentation

@Suite struct SacrumSearchTests {
    /// 80 x 50 x 60 mm, its front at y = -20 and its top at z = -20: 240,000 mm³.
    private func sacrum(_ place: SIMD3<Double>) -> Bool {
        abs(place.x) < 40 && place.y > -20 && place.y < 30 && place.z < -20 && place.z > -80
    }

    private func centre(_ z: Double, sacrumShare: Double = 0) -> BodyCentre {
        BodyCentre(point: Point(0, -10, z), support: 40, sacrumShare: sacrumShare)
    }

    private func evidence(_ map: CoarseMap, lowest: Double = 0, centres: [BodyCentre] = []) -> NamingEvidence.Sacrum? {
        sacrumEvidence(centres, lowest: Point(0, -10, lowest), map: map, parameters: SegmentationParameters())
    }

    /// Without a centre of its own S1 lies 30 mm deep and high at the front of the top: in the middle of y -20 to 10 and z -50 to -20. One voxel: 2 mm.
    @Test func liesAtTheFrontOfTheTop() throws {
        let found = try #require(evidence(try coarseMap(sacrum: sacrum)))
        #expect(found.centre.distance(to: Point(0, -5, -35)) < 2)
        // Its upper 30 mm: 120,000 over 130,000 mm³.
        #expect(abs(found.confidence - 0.923) < 0.005)
    }

    @Test func theHighestCentreWithinItIsBetter() throws {
        let centres = [centre(-60, sacrumShare: 0.9), centre(-33, sacrumShare: 0.7), centre(0)]
        #expect(evidence(try coarseMap(sacrum: sacrum), centres: centres)?.centre == Point(0, -10, -33))
    }

    @Test func whatIsNoSacrumIsNoEvidence() throws {
        #expect(evidence(try coarseMap()) == nil)
        // Soft tissue.
        #expect(evidence(try coarseMap(bony: { $0.z > -35 && $0.y < 0 }, sacrum: sacrum)) == nil)
        // 8,000 mm³.
        #expect(evidence(try coarseMap(sacrum: { abs($0.x) < 10 && abs($0.y) < 10 && $0.z > -40 && $0.z < -20 })) == nil)
        // The lowest body lies too far above it, or below.
        #expect(evidence(try coarseMap(sacrum: sacrum), lowest: 40) == nil)
        #expect(evidence(try coarseMap(sacrum: sacrum), lowest: -60) == nil)
    }

    /// Bone down to z = -55, soft tissue below: what the network takes in of the pelvis says nothing against S1.
    @Test func itsUpperPartDecides() throws {
        #expect(evidence(try coarseMap(bony: { $0.z > -55 && abs($0.y) < 5 || $0.z > -40 }, sacrum: sacrum)) != nil)
        #expect(evidence(try coarseMap(bony: { $0.z < -55 }, sacrum: sacrum)) == nil)
        // A spur of bone, 10 x 10 x 30 mm, on a large piece of something else.
        let spur = { (p: SIMD3<Double>) in abs(p.x) < 5 && p.y > -20 && p.y < -10 && p.z < -20 }
        let below = { (p: SIMD3<Double>) in self.sacrum(p) && p.z < -52 }
        #expect(evidence(try coarseMap(bony: spur, sacrum: { spur($0) && $0.z > -60 || below($0) })) == nil)
        // Nothing at all is none, however little is asked for.
        var parameters = SegmentationParameters()
        parameters.leastSacrum = 0
        #expect(sacrumEvidence([], lowest: Point(0, -10, 0), map: try coarseMap(), parameters: parameters) == nil)
    }

    /// Well inside the fine patch its word holds, beyond it the coarse one's, and at its rim both count.
    @Test func theFineNetworkIsBelievedWhereItLooks() throws {
        let coarse = try coarseMap(sacrum: sacrum)
        // The fine one sees a sacrum of one half; its patch ends at z = -41.25.
        let fine = try fineMap(pose: pose(0), sacrum: { _ in 0.5 })
        let both = try #require(try coarse.withSacrum(of: fine).sacrumProbability())
        func at(_ z: Double) throws -> Double { try #require(both.linear(at: Point(1, 1, z))) }
        #expect(abs(try at(-25) - 0.5) < 1e-5)
        #expect(try at(-61) == 1)
        let rim = try at(-39)
        #expect(rim > 0.55 && rim < 0.95)
        #expect(try coarseMap().sacrumProbability() == nil)
        // What the coarse one overlooked altogether.
        let found = try coarseMap().withSacrum(of: try fineMap(pose: pose(-35), sacrum: { $0.z > -15 && $0.z < 15 ? 1 : 0 }))
        #expect(evidence(found) != nil)
    }

    @Test func softTissueIsNoSacrum() throws {
        let map = try coarseMap(bony: { $0.z > -50 }, sacrum: sacrum).withBonySacrum()
        let chance = try #require(try map.sacrumProbability())
        #expect(chance.linear(at: Point(1, 1, -45)) == 1)
        #expect(chance.linear(at: Point(1, 1, -55)).map { $0 == 0 } ?? true)
    }

    private func pose(_ z: Double) -> VertebraPose {
        VertebraPose(centre: Point(0, -10, z), left: SIMD3(1, 0, 0), back: SIMD3(0, 1, 0), up: SIMD3(0, 0, 1))
    }
    /// One step below the lowest vertebra, if the image goes on there.
    @Test func itIsLookedForBelowTheLowestVertebra() throws {
        let view = try coarseMap().geometry  // From z = -95 to 95.
        #expect(poseBelow([pose(80), pose(40), pose(0)], in: view) == pose(-40))
        #expect(poseBelow([pose(80), pose(0)], in: view) == pose(-36))
        #expect(poseBelow([pose(0)], in: view) == pose(-36))
        #expect(poseBelow([pose(-30), pose(-65)], in: view) == nil)
        #expect(poseBelow([], in: view) == nil)
    }

    @Test func aSacrumIsToldFromAVertebraByItsMiddle() throws {
        let middle = box(-20...20, -15...15, -12...12)
        #expect(try fineMap(sacrum: middle).isSacrumAtCentre)
        #expect(try !fineMap(bone: middle, sacrum: { $0.z < -15 ? 1 : 0 }).isSacrumAtCentre)
        #expect(try !fineMap().isSacrumAtCentre)
    }
}
