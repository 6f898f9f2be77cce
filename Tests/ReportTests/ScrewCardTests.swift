import Anatomy
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
}
