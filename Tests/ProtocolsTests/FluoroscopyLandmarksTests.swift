import Foundation
import Protocols
import Testing

@Suite struct FluoroscopyLandmarksTests {
    private let text = """
        {"schema": "lamina.landmarks", "schema_version": "1.0.0", "landmarks": [
          {"view": "AP", "level": "T12", "point": "body_centre", "pixel": [10, 20.5]},
          {"view": "AP", "level": "L1", "point": "left_pedicle", "pixel": [11, 30]},
          {"view": "LAT", "level": "L1", "point": "right_pedicle", "pixel": [12, 31]}]}
        """

    @Test func roundTrips() throws {
        let read = try decodedInput(FluoroscopyLandmarks.self, from: Data(text.utf8), file: "l")
        #expect(read.landmarks[1] == FluoroscopyLandmark(view: "AP", level: .l1, point: .leftPedicle, pixel: SIMD2(11, 30)))
        #expect(try decodedInput(FluoroscopyLandmarks.self, from: encodedJSON(read), file: "l") == read)
    }

    @Test func mistakesAreNamed() {
        expectRefusal(FluoroscopyLandmarks.self, text, #""L1""#, #""T12""#, "two vertebrae")
        expectRefusal(
            FluoroscopyLandmarks.self, text, #""LAT", "level": "L1", "point": "right"#, #""AP", "level": "L1", "point": "left"#,
            "picked twice")
        expectRefusal(FluoroscopyLandmarks.self, text, "left_pedicle", "pedicle", "landmarks[1] (L1), key point")
        expectRefusal(FluoroscopyLandmarks.self, text, "[10, 20.5]", "[10]", "2 numbers", "landmarks[0] (T12), key pixel")
    }
}
