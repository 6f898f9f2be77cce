import Anatomy
import Foundation
import Frames
import Phantom
import Protocols
import Testing

@testable import Planning

@Suite struct PlanFileEditTests {
    private struct Scene {
        let file: PlanFile
        let site: PedicleSite
        let screw: PlanFile.Screw
    }

    private func scene() throws -> Scene {
        let phantom = try bonePhantom([.l1], seed: 3)
        let file = PlanFile(
            try planSpine(levels: [.l1], labels: phantom.labels, ct: nil, threads: 2), image: image(of: phantom.labels))
        let spine = try ModelledSpine(levels: [.l1], labels: phantom.labels, threads: 2)
        let site = try spine.site(.left, of: .l1, distrust: nil, ct: nil, catalogue: .builtIn, parameters: ScrewParameters()).get()
        return Scene(file: file, site: site, screw: file.screws[0])
    }

    @Test func anUntouchedScrewSaysNothingOfEdits() throws {
        let text = String(decoding: try encodedJSON(scene().screw), as: UTF8.self)
        #expect(!text.contains("edit") && text.contains("\"status\" : \"planned\""))
    }

    /// Every rule is broken only with a reason, and the reason stays.
    @Test func aRiskStandsWithItsReason() throws {
        let scene = try scene()
        var placement = try #require(scene.screw.placement)
        #expect(try #require(scene.site.judged(placement)).screw.margins.rounded == scene.screw.margins)
        placement.entry = placement.entry + Vector(-4, 0, 0)
        let judged = try #require(scene.site.judged(placement))
        #expect(!judged.broken.isEmpty)
        let after = scene.screw.placed(judged, at: scene.site, source: .options, accepting: "a reason", warnings: [])
        #expect(after.status == .riskAccepted && after.status.hasScrew && after.edit?.acceptedRisk?.reason == "a reason")
        #expect(after.reasons.prefix(2).map(\.code) == ["placed_by_hand", "risk_accepted"] && after.reasons[1].message == "a reason")
        let worse = try #require(after.edit?.worse)
        #expect(worse.contains { $0.code == "less_medial" && $0.values["after_mm"] == after.margins?.medial })
        #expect(worse.contains { $0.code == "worse_grade" } && !worse.contains { $0.code == "less_lateral" })
        // The planner's own screw is still to be seen.
        #expect(after.alternatives[0].entry == scene.screw.entry && after.alternatives[0].rejectedBecause[0].code == "replaced_by_hand")
        #expect(try decodedJSON(PlanFile.Screw.self, from: encodedJSON(after)) == after)
    }

    @Test func aRemovedScrewIsWhereAdditionBegins() throws {
        let scene = try scene()
        let gone = scene.screw.removed()
        #expect(gone.status == .removed && !gone.status.hasScrew && gone.entry == nil && gone.hu == nil && gone.placement == nil)
        let start = try #require(gone.nearestAlternative)
        let before = try #require(scene.screw.placement)
        #expect(start.entry.distance(to: before.entry) < 1e-5 && start.direction.angle(to: before.direction) < 1e-6)
        #expect((start.diameter, start.length) == (before.diameter, before.length))
        let judged = try #require(scene.site.judged(start))
        let again = gone.placed(judged, at: scene.site, source: .markups, accepting: nil, warnings: [])
        #expect(again.status == .adjusted && again.edit?.action == .added && again.edit?.before.status == .planned)
        #expect(again.edit?.worse == [] && again.edit?.acceptedRisk == nil)
    }
}
