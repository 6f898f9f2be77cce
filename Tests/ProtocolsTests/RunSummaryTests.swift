import Foundation
import Protocols
import Testing

@Suite struct RunSummaryTests {
    @Test func roundTrips() throws {
        let screw = ScrewSummary(
            level: "T12", side: .left, status: "planned", reasons: [], diameterMM: 5.5, lengthMM: 40, grade: "A")
        let summary = RunSummary(
            laminaVersion: "1.2.3", command: "plan", exit: .refused, output: "case", screws: [screw],
            evaluation: .object(["schema": .string("lamina.evaluation")]),
            warnings: [CommandWarning(code: "c", message: "m")], stages: [StageTiming(name: "read CT", seconds: 0.25)],
            peakMemoryBytes: 1 << 33)
        #expect(try decodedJSON(RunSummary.self, from: encodedJSON(summary)) == summary)
        #expect(summary.exitCode == 5 && summary.exit == "refused")
    }

    @Test func spellsTheSideOut() throws {
        let screw = ScrewSummary(
            level: "L4", side: .right, status: "refused", reasons: ["no_corridor"], diameterMM: nil, lengthMM: nil, grade: nil)
        let text = String(decoding: try encodedJSON(screw, oneLine: true), as: UTF8.self)
        #expect(text == #"{"level":"L4","reasons":["no_corridor"],"side":"right","status":"refused"}"# + "\n")
    }
}
