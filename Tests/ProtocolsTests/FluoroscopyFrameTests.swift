import Foundation
import Protocols
import Testing

@Suite struct FluoroscopyFrameTests {
    private let text = #"{"file": "a.mha", "index": 3, "time_s": 0.5, "projection": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 9]}"#

    @Test func roundTrips() throws {
        let frame = try decodedInput(FluoroscopyFrame.self, from: Data(text.utf8), file: "f")
        #expect(frame.file == "a.mha" && frame.index == 3 && frame.timeS == 0.5 && frame.projection?.last == 9)
        #expect(try decodedInput(FluoroscopyFrame.self, from: encodedJSON(frame), file: "f") == frame)
    }

    /// A folder of frames is whole in itself: it can be moved, and names nothing outside.
    @Test func filesLieInTheFolder() {
        for name in ["/a.mha", "../a.mha", "b/../../a.mha", ""] {
            expectRefusal(FluoroscopyFrame.self, text, "a.mha", name, "key file", "relative")
        }
    }

    @Test func badNumbersAreRefused() {
        expectRefusal(FluoroscopyFrame.self, text, "3", "-1", "key index", "from 0")
        expectRefusal(FluoroscopyFrame.self, text, "0.5", #""0.5""#, "key time_s", "a number")
        expectRefusal(FluoroscopyFrame.self, text, "0.5", "null", "key time_s")
        expectRefusal(FluoroscopyFrame.self, text, "0.5", "NaN", "no JSON")
        expectRefusal(
            FluoroscopyFrame.self, text, #""projection""#,
            #""carm_from_room": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 9, 0, 0, 0, 1], "projection""#, "not both")
    }
}
