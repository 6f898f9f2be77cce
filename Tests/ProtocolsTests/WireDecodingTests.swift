import Foundation
import Protocols
import Testing

/// Places in messages; what each file refuses is tested with its type.
@Suite struct WireDecodingTests {
    @Test func whatIsNoJSONIsSaid() {
        for text in ["", "{", "[]", "nonsense", "{\"schema\": \"lamina.geometry\""] {
            #expect(throws: WireFileError.self) { try decodedInput(FluoroscopyGeometry.self, from: Data(text.utf8), file: "f") }
        }
    }

    @Test func placesNameViewFrameAndKey() {
        let damaged = geometryText.replacingOccurrences(of: #""time_s": 0.11"#, with: #""time_s": "x""#)
        #expect {
            try decodedInput(FluoroscopyGeometry.self, from: Data(damaged.utf8), file: "geometry.json")
        } throws: { error in
            (error as? WireFileError)?.place == "views[1] (LAT), frames[1], key time_s"
        }
    }

    /// Cut anywhere, a file is refused and the process lives.
    @Test func cutFilesAreRefused() {
        let bytes = Array(geometryText.utf8)
        for length in stride(from: 0, to: bytes.count - 1, by: 13) {
            #expect(throws: WireFileError.self, "cut to \(length)") {
                try decodedInput(FluoroscopyGeometry.self, from: Data(bytes[..<length]), file: "f")
            }
        }
    }
}
