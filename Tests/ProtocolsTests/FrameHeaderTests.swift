import Foundation
import Protocols
import Testing

@Suite struct FrameHeaderTests {
    @Test func framesAreRead() throws {
        guard case .frame(let frame) = try decodedInput(FrameHeader.self, from: Data(frameHeaderText.utf8), file: "h") else {
            Issue.record("it is no frame")
            return
        }
        #expect(frame.stream == "0123abcd" && frame.moment == 7 && frame.timeS == 0.25 && frame.views == ["AP", "LAT"])
        #expect(frame.view.name == "AP" && frame.view.sizePx == SIMD2(3, 2) && frame.view.frames.map(\.timeS) == [0.25])
        #expect(frame.encoding == .uint16 && frame.encoding.bytesPerPixel == 2)
    }

    @Test func bothKindsRoundTrip() throws {
        let frame = try decodedInput(FrameHeader.self, from: Data(frameHeaderText.utf8), file: "h")
        for header in [frame, .end(stream: "0123abcd")] {
            #expect(try decodedInput(FrameHeader.self, from: encodedJSON(header), file: "h") == header)
        }
    }

    @Test func liesAreRefusedWithTheirPlace() {
        func refused(_ old: String, _ new: String, _ words: String...) {
            for word in words { expectRefusal(FrameHeader.self, frameHeaderText, old, new, word) }
        }
        refused("lamina.frame-message", "lamina.geometry", "key schema")
        refused(#""1.0.0""#, #""2.0.0""#, "key schema_version", "only 1.x")
        refused("0123abcd", "short", "key stream", "8 to 64")
        refused("0123abcd", "0123/abcd", "key stream")
        refused(#""moment": 7"#, #""moment": -1"#, "key moment", "from 0")
        refused(#""moment": 7"#, #""moment": 2147483648"#, "key moment")
        refused(#""moment": 7"#, #""moment": 7.5"#, "whole number")
        refused("0.25", "NaN", "no JSON")
        refused("0.25", "1e999", "in.json")
        refused("0.25", #""0.25""#, "key time_s")
        refused(#"["AP", "LAT"]"#, "[]", "key views")
        refused(#"["AP", "LAT"]"#, #"["AP", "ap"]"#, "each once")
        refused(#"["AP", "LAT"]"#, #"["LAT"]"#, "key views", "not among them")
        refused("uint16le", "uint16be", "key encoding")
        refused(#""kind": "frame""#, #""kind": "film""#, "key kind")
        refused(#""kind": "frame""#, #""kind": "end""#, "an end has")
        refused(#""moment""#, #""momentum""#, "momentum", "not known")
    }

    /// The view is read as strictly as that of a file.
    @Test func viewsAreThoseOfGeometry() {
        expectRefusal(FrameHeader.self, frameHeaderText, #""source_detector_mm": 1000, "#, "", "key view", "come together")
        expectRefusal(FrameHeader.self, frameHeaderText, #", "values""#, #", "frames": [], "values""#, "key view", "frames")
        expectRefusal(FrameHeader.self, frameHeaderText, "[3, 2]", "[3, 20000]", "key size_px")
        expectRefusal(FrameHeader.self, frameHeaderText, "[0.5, 0.5]", "[0.5, NaN]", "no JSON")
        expectRefusal(FrameHeader.self, frameHeaderText, #""carm_from_room": [-1, "#, #""carm_from_room": [1, "#, "mirrors")
        expectRefusal(FrameHeader.self, frameHeaderText, #""view": {"#, #""sight": {"#, "sight")
    }
}
