import Foundation
import Protocols
import Testing

@Suite struct WireJSONTests {
    struct Sample: Codable {
        var b = 1
        var a = 0.1
        var when = Date(timeIntervalSince1970: 0)
    }

    @Test func sameValueSameBytes() throws {
        let text = String(decoding: try encodedJSON(Sample(), oneLine: true), as: UTF8.self)
        #expect(text == #"{"a":0.1,"b":1,"when":"1970-01-01T00:00:00Z"}"# + "\n")
    }

    @Test func refusesWhatJSONCannotHold() {
        #expect(throws: EncodingError.self) { try encodedJSON([Double.nan]) }
    }

    @Test func anyValueSurvives() throws {
        let text = #"{"a":[1,2.5,true,null,"x",9007199254740993],"b":{"c":-0.001}}"#
        let value = try decodedJSON(JSONValue.self, from: Data(text.utf8))
        #expect(String(decoding: try encodedJSON(value, oneLine: true), as: UTF8.self) == text + "\n")
    }
}
