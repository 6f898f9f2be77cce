import Foundation
import Protocols
import Testing

@Suite struct ProgressEventTests {
    private static let events: [ProgressEvent] = [
        .stageStarted(stage: "plan"), .progress(stage: "plan", done: 3, total: 12), .stageFinished(stage: "plan", seconds: 1.5),
        .warning(CommandWarning(code: "c", message: "two\nlines \"quoted\"")),
        .failure(CommandFailure(.corruptInput, code: "truncated", what: "too short")),
    ]

    @Test(arguments: events) func roundTripsAsOneLine(_ event: ProgressEvent) throws {
        let line = try encodedJSON(event, oneLine: true)
        #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1 && line.last == UInt8(ascii: "\n"))
        #expect(try decodedJSON(ProgressEvent.self, from: line) == event)
    }

    @Test func goldenLine() throws {
        let line = String(
            decoding: try encodedJSON(ProgressEvent.progress(stage: "plan", done: 3, total: 12), oneLine: true), as: UTF8.self)
        #expect(line == #"{"done":3,"event":"progress","stage":"plan","total":12}"# + "\n")
    }
}
