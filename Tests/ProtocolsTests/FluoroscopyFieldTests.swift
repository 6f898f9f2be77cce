import Foundation
import Protocols
import Testing

@Suite struct FluoroscopyFieldTests {
    @Test func roundTrips() throws {
        for field: FluoroscopyField in [.circle(centre: SIMD2(1.5, 2), radius: 3), .polygon([SIMD2(0, 0), SIMD2(1, 0), SIMD2(0, 1.5)])] {
            #expect(try decodedInput(FluoroscopyField.self, from: encodedJSON(field), file: "f") == field)
        }
    }

    @Test func impossibleFieldsAreRefused() {
        let text = #"{"circle_px": [1, 2, 3]}"#
        expectRefusal(FluoroscopyField.self, text, "3]", "0]", "radius")
        expectRefusal(FluoroscopyField.self, text, "[1, 2, 3]", "[1, 2]", "3 numbers")
        expectRefusal(FluoroscopyField.self, text, "}", #", "polygon_px": [[0, 0], [1, 0], [0, 1]]}"#, "exactly one")
        expectRefusal(
            FluoroscopyField.self, text, #""circle_px": [1, 2, 3]"#, #""polygon_px": [[0, 0], [1, 0]]"#, "three to a thousand corners")
        let corners = Array(repeating: "[0, 0]", count: 1001).joined(separator: ", ")
        expectRefusal(
            FluoroscopyField.self, text, #""circle_px": [1, 2, 3]"#, "\"polygon_px\": [\(corners)]", "three to a thousand corners")
        expectRefusal(FluoroscopyField.self, text, #""circle_px": [1, 2, 3]"#, "", "exactly one")
    }
}
