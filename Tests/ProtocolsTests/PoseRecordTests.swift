import Foundation
import Protocols
import Testing

@Suite struct PoseRecordTests {
    @Test func roundTripsOnOneLine() throws {
        let read = try decodedInput(PoseRecord.self, from: Data(poseText.utf8), file: "p")
        #expect(read.frame == 4 && read.timeS == 0.25 && read.vertebrae.map(\.level) == [.t12, .l1, .l2, .l3])
        let line = try encodedJSON(read, oneLine: true)
        #expect(line.split(separator: UInt8(ascii: "\n")).count == 1)
        #expect(try decodedInput(PoseRecord.self, from: line, file: "p") == read)
    }

    @Test func theDoubtAboutTheNamesStandsInEveryLineAndIsNotGuessed() throws {
        let read = try decodedInput(PoseRecord.self, from: Data(poseText.utf8), file: "p")
        #expect(read.levelEstimated == true)
        for isEstimated in [true, false] {
            let line = try encodedJSON(PoseRecord(frame: 0, timeS: 0, levelEstimated: isEstimated, vertebrae: []), oneLine: true)
            #expect(String(decoding: line, as: UTF8.self).contains(#""level_estimated":\#(isEstimated)"#))
        }
        let older = poseText.replacingOccurrences(of: #""level_estimated": true, "#, with: "").replacingOccurrences(
            of: "1.2.0", with: "1.1.0")
        #expect(try decodedInput(PoseRecord.self, from: Data(older.utf8), file: "p").levelEstimated == nil)
        expectRefusal(PoseRecord.self, poseText, #""level_estimated": true"#, #""level_estimated": "no""#, "level_estimated")
    }

    @Test func linesAreCountedFromOne() throws {
        let lines = poseText + "\n\n" + poseText.replacingOccurrences(of: #""frame": 4"#, with: #""frame": 5"#) + "\n"
        #expect(try decodedInputLines(PoseRecord.self, from: Data(lines.utf8), file: "p").map(\.frame) == [4, 5])
        let damaged = lines.replacingOccurrences(of: #""frame": 5"#, with: #""frame": -5"#)
        #expect(throws: WireFileError(file: "p.jsonl", place: "line 3, key frame", reason: "frames count from 0, found -5")) {
            try decodedInputLines(PoseRecord.self, from: Data(damaged.utf8), file: "p.jsonl")
        }
    }

    @Test func levelsStandOnce() {
        expectRefusal(PoseRecord.self, poseText, #""L2""#, #""L1""#, "twice")
        expectRefusal(PoseRecord.self, poseText, #""L2""#, #""L9""#, "L9", "vertebrae[2] (L9)")
    }
}
