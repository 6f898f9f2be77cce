import Foundation
import Protocols
import Testing

/// A line of poses.jsonl with a screw in each state; test_fluoroscopy_schemas.py reads it as well.
let screwText = """
    {"schema": "lamina.poses", "schema_version": "1.1.0", "frame": 0, "time_s": 0, "vertebrae": [], "screws": [
      {"level": "L1", "side": "left", "state": "found", "causes": [], "planned": [{"view": "AP", "entry_px": [1, 2], "tip_px": [3, 4.5]}],
       "room_entry_mm": [1, 2, 3], "room_tip_mm": [1, 2, 43], "vertebra_entry_mm": [17, 24, 2], "vertebra_tip_mm": [10, -15, 4],
       "covariance": [1,0,0,0,0,0, 0,1,0,0,0,0, 0,0,1,0,0,0, 0,0,0,1,0,0, 0,0,0,0,1,0, 0,0,0,0,0,1], "depth_observable": true,
       "deviation": {"entry_mm": 1.5, "entry_medial_mm": -1, "entry_cranial_mm": 1, "entry_dorsal_mm": 0.5, "entry_sigma_mm": 0.3,
                     "tip_mm": 2, "tip_medial_mm": 2, "tip_cranial_mm": 0, "tip_dorsal_mm": 0, "tip_sigma_mm": 0.4, "angle_deg": 3}},
      {"level": "L1", "side": "right", "state": "not_found", "causes": ["no_metal"], "planned": []}]}
    """

@Suite struct ScrewPoseTests {
    @Test func roundTrips() throws {
        let read = try decodedInput(PoseRecord.self, from: Data(screwText.utf8), file: "p")
        let screws = try #require(read.screws)
        #expect(screws.map(\.side) == [.left, .right] && screws.map(\.state) == [.found, .notFound])
        #expect(screws[0].measured?.deviation.entryMedialMM == -1 && screws[0].measured?.deviation.tipMedialMM == 2)
        #expect(screws[1].measured == nil && screws[0].planned[0].tip == [3, 4.5])
        #expect(try decodedInput(PoseRecord.self, from: encodedJSON(read, oneLine: true), file: "p") == read)
    }

    @Test func statesAndTheirKeysMustFit() {
        func refuse(_ old: String, _ new: String, _ word: String) { expectRefusal(PoseRecord.self, screwText, old, new, word) }
        refuse(#""found", "causes": []"#, #""found", "causes": ["ambiguous"]"#, "no causes")
        refuse(#""causes": ["no_metal"]"#, #""causes": []"#, "needs a cause")
        refuse(#""not_found", "causes": ["no_metal"]"#, #""uncertain", "causes": ["ambiguous"]"#, "missing")
        refuse(#""state": "found", "causes": []"#, #""state": "not_found", "causes": ["no_metal"]"#, "has no place")
        refuse(#""side": "right""#, #""side": "left""#, "twice")
        refuse(#""room_tip_mm": [1, 2, 43]"#, #""room_tip_mm": [1, 2]"#, "3 numbers")
        refuse(#""angle_deg": 3"#, #""angle": 3"#, "angle is not known")
    }
}
