import Foundation
import Protocols
import TestSupport
import Testing

@testable import Streaming

struct RecordingTests {
    private let plan = String(repeating: "ab", count: 32)

    /// A closed recording of two ticks in a new folder.
    private func recorded(in folder: String, closing: Bool = true) throws -> String {
        let path = folder + "/recording.jsonl"
        let file = try RecordingFile(path, lamina: "0.1.0", planSHA256: plan, source: .live)
        try file.append(.frames(moment: 3, timeS: 0.2, sha256: [plan]))
        try file.append(.tick(Data([0, 255, 10, 13, 34])))
        try file.append(.decision(code: "not_started", message: "no start: \"mirrored\"\n"))
        try file.append(.tick(Data()))
        if closing { try file.close() }
        return path
    }

    @Test func whatWasRecordedIsReadBack() throws {
        try withTemporaryFolder { folder in
            let recording = try Recording(contentsOf: recorded(in: folder))
            #expect(recording.isWhole && recording.planSHA256 == plan && recording.source == .live)
            #expect(recording.ticks.map(\.bytes) == [Data([0, 255, 10, 13, 34]), Data()])
            #expect(recording.entries.map(\.number) == Array(0..<6))
            #expect(recording.entries[3].content == .decision(code: "not_started", message: "no start: \"mirrored\"\n"))
        }
    }

    /// Cut anywhere behind the first line, all whole lines before the cut are there, and it says that it was cut.
    @Test func aCutFileIsReadUpToTheCut() throws {
        try withTemporaryFolder { folder in
            let path = try recorded(in: folder)
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            let ends = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }
            for cut in (ends[0] + 1)..<whole.count {
                try whole.prefix(cut).write(to: URL(fileURLWithPath: path))
                let recording = try Recording(contentsOf: path)
                #expect(!recording.isWhole && recording.entries.count == ends.count { $0 < cut })
            }
        }
    }

    /// Any changed byte of a whole line is seen, by the line itself or by the next; the last line's own by nothing but its form.
    @Test func aChangedByteIsSeen() throws {
        try withTemporaryFolder { folder in
            let path = try recorded(in: folder)
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            let lastLine = whole.dropLast().lastIndex(of: UInt8(ascii: "\n"))!
            for place in stride(from: 0, to: lastLine, by: 7) {
                var changed = whole
                changed[place] ^= 1
                try changed.write(to: URL(fileURLWithPath: path))
                #expect(throws: RecordingError.self, "byte \(place)") { try Recording(contentsOf: path) }
            }
        }
    }

    @Test func linesThatWereTakenOutOrPutInAreSeen() throws {
        try withTemporaryFolder { folder in
            let path = try recorded(in: folder)
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            for wrong in [lines.filter { $0 != lines[2] }, lines + [lines[5]], [lines[0], lines[2], lines[1]]] {
                try (wrong.joined(separator: "\n") + "\n").write(toFile: path, atomically: false, encoding: .utf8)
                #expect(throws: RecordingError.self) { try Recording(contentsOf: path) }
            }
        }
    }

    @Test func anotherFileIsNoRecording() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/empty"
            try Data().write(to: URL(fileURLWithPath: path))
            #expect(throws: RecordingError.notARecording(path: path)) { try Recording(contentsOf: path) }
            #expect(throws: RecordingError.unreadable(path: folder + "/none")) { try Recording(contentsOf: folder + "/none") }
        }
    }

    @Test func whatStandsIsNotWrittenOver() throws {
        try withTemporaryFolder { folder in
            let path = try recorded(in: folder, closing: false)
            #expect(throws: (any Error).self) { try RecordingFile(path, lamina: "0.1.0", planSHA256: plan, source: .live) }
            #expect(try !Recording(contentsOf: path).isWhole)
        }
    }
}
