import Anatomy
import Foundation
import Planning
import Testing

@testable import Report

@Suite struct ScrewCardTests {
    @Test func aPlannedScrewHasPicturesNumbersAndReasons() throws {
        let card = try PhantomReport.card("L1", .left)
        #expect(
            card.components(separatedBy: "<img ").count == 4 && card.contains("the patient&#39;s left")
                || card.contains("the patient's left"))
        for part in ["diameter_mm", "length_mm", "angles_deg/transverse", "hu/mean", "tip_lps_mm/2", "depth_fraction", "pedicle/width_mm"] {
            #expect(card.contains("/\(part)\""), "\(part)")
        }
        #expect(card.contains("Rejected alternatives") && card.contains("Why this screw") && card.contains("<polyline"))
    }

    @Test func aRefusalSaysWhy() throws {
        let card = try PhantomReport.card("T9", .right)
        #expect(card.contains("No screw is planned here") && card.contains("level_not_in_labels") && card.contains("No picture"))
        #expect(!card.contains("class=\"size\""))
    }

    @Test func syntheticCTShowsNoHU() throws {
        var content = PhantomReport.content
        content.plan.warnings = [.init(code: "synthetic_ct", message: "made", levels: [])]
        let card = try PhantomReport.card("L1", .left, of: content)
        #expect(card.contains("No Hounsfield units") && !card.contains("<polyline"))
    }

    /// As 'lamina adjust' writes it.
    @Test func whatAPersonChangedIsShown() throws {
        var content = PhantomReport.content
        let index = PhantomReport.index("L1", .left)
        let json = """
            {"action": "moved", "source": "options", "before": {"status": "planned", "diameter_mm": 6.5, "length_mm": 40},
             "worse": [{"code": "worse", "message": "less <bone>", "values": {}}],
             "accepted_risk": {"reason": "a <b>bold</b> choice", "broken": [{"code": "rule", "message": "it leaves the bone", "values": {}}]}}
            """
        content.plan.screws[index].edit = try JSONDecoder().decode(PlanFile.Edit.self, from: Data(json.utf8))
        content.plan.screws[index].status = .riskAccepted
        let card = try PhantomReport.card("L1", .left, of: content)
        #expect(card.contains("class=\"card alarm\"") && card.contains("BREAKS A RULE") && card.contains("it leaves the bone"))
        #expect(
            card.contains("a &lt;b&gt;bold&lt;/b&gt; choice") && card.contains("less &lt;bone&gt;")
                && card.contains("edit/before/diameter_mm"))
    }
}
