import Foundation
import Protocols
import Testing

@testable import Exchange

@Suite struct SlicerMarkupsTests {
    @Test func aLineFromEntryToTip() throws {
        guard case .object(let file) = try decodedJSON(JSONValue.self, from: slicerLine(exampleCase().screws[0])),
            case .array(let markups) = file["markups"], case .object(let line) = markups[0],
            case .array(let points) = line["controlPoints"],
            case .object(let entry) = points[0], case .object(let tip) = points[1]
        else {
            Issue.record("no line")
            return
        }
        #expect(line["name"] == .string("L4_left") && line["coordinateSystem"] == .string("LPS") && line["locked"] == .bool(false))
        #expect(entry["label"] == .string("entry") && entry["position"] == .array([.integer(-10), .integer(140), .integer(905)]))
        #expect(tip["label"] == .string("tip") && tip["position"] == .array([.integer(-18), .integer(100), .integer(901)]))
        #expect(tip["description"] == .string("6.5 x 45 mm"))
    }
}
