import Anatomy
import Foundation
import Frames
import Protocols
import Testing

@Suite struct LineMarkupTests {
    private func text(
        name: String = "L4_left", system: String = #""coordinateSystem": "LPS","#, labels: [String] = ["entry", "tip"], x: Double = 20,
        units: String = "mm"
    ) -> Data {
        let points = labels.enumerated().map { n, label in
            #"{"id": "\#(n)", "label": "\#(label)", "position": [\#(x - 4 * Double(n)), \#(30 - 40 * Double(n)), 5], "positionStatus": "defined"}"#
        }
        return Data(
            #"{"@schema": "x", "markups": [{"type": "Line", "name": "\#(name)", \#(system) "coordinateUnits": "\#(units)", "controlPoints": [\#(points.joined(separator: ","))], "display": {}}]}"#
                .utf8)
    }

    private func refusal(_ data: Data) -> String {
        do {
            _ = try readLineMarkups(data, file: "a.mrk.json")
            return ""
        } catch { return "\(error)" }
    }

    @Test func readsBothCoordinateSystems() throws {
        let lps = try #require(try readLineMarkups(text(), file: "a").first)
        #expect(lps == LineMarkup(level: .l4, side: .left, entry: Point(20, 30, 5), tip: Point(16, -10, 5)))
        let ras = try #require(try readLineMarkups(text(system: #""coordinateSystem": "RAS","#), file: "a").first)
        #expect(ras.entry == Point(-20, -30, 5) && ras.tip == Point(-16, 10, 5))
        // Points are told by their labels, not by their order.
        let other = try #require(try readLineMarkups(text(labels: ["Tip", "Entry"]), file: "a").first)
        #expect(other.tip == Point(20, 30, 5))
        #expect(try readLineMarkups(text(name: "T12 Right"), file: "a").first?.side == .right)
    }

    /// As 3D Slicer saves it: without the line's name, in a file of that name.
    @Test func aLineWithoutANameIsCalledAsItsFile() throws {
        let unnamed = Data(String(decoding: text(), as: UTF8.self).replacingOccurrences(of: #""name": "L4_left","#, with: "").utf8)
        let line = try #require(try readLineMarkups(unnamed, file: "/a/T12_right.mrk.json").first)
        #expect(line.level == .t12 && line.side == .right)
        #expect(refusal(unnamed).contains("L4_left"))
        #expect(throws: WireFileError.self) { try readLineMarkups(text(), file: "L4_right.mrk.json") }
        #expect(try readLineMarkups(text(), file: "L4_left.mrk.json").count == 1)
    }

    @Test func nothingIsGuessed() {
        #expect(refusal(text(system: "")).contains("coordinateSystem is missing"))
        #expect(refusal(text(system: #""coordinateSystem": "scanner","#)).contains("'scanner'"))
        #expect(refusal(text(units: "cm")).contains("coordinateUnits"))
        #expect(refusal(text(labels: ["entry", "end"])).contains("'tip'"))
        #expect(refusal(text(labels: ["entry", "entry"])).contains("one control point must be labelled 'entry'"))
        #expect(refusal(text(labels: ["entry"])).contains("two control points"))
        for name in ["L4", "left", "L4_left_old", "M4_left", "L4_links", ""] { #expect(refusal(text(name: name)).contains("L4_left")) }
        #expect(refusal(Data("{}".utf8)).contains("markups"))
        #expect(refusal(Data("x".utf8)).contains("no JSON"))
    }
}
