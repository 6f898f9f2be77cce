import Digests
import Foundation
import Protocols

/// A recording read back, as far as it goes.
public struct Recording: Sendable {
    public let lamina: String
    public let planSHA256: String
    public let source: StreamSource
    /// All lines, the first and the last included.
    public let entries: [RecordingEntry]
    /// Whether it was closed; else it was cut off, by a crash or a full disk, and what was before the cut is here.
    public let isWhole: Bool

    /// Ticks as they were sent, with the time of their lines, nanoseconds.
    public var ticks: [(timeNS: Int64, bytes: Data)] {
        entries.compactMap { entry in
            guard case .tick(let bytes) = entry.content else { return nil }
            return (entry.timeNS, bytes)
        }
    }

    /// Reads and checks the chain of hashes.
    ///
    /// - Throws: `RecordingError`.
    /// - Complexity: O(bytes); the file is read at once.
    public init(contentsOf path: String) throws(RecordingError) {
        guard let bytes = FileManager.default.contents(atPath: path) else { throw .unreadable(path: path) }
        var entries: [RecordingEntry] = []
        var chain = HashChain()
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // What follows the last line's end was being written when it was cut.
        for line in lines.dropLast() {
            guard let entry = try? decodedJSON(RecordingEntry.self, from: line), entry.number == chain.number,
                entry.previous == chain.previous
            else { throw .changed(path: path, line: entries.count + 1) }
            if case .end = entries.last?.content { throw .changed(path: path, line: entries.count + 1) }
            entries.append(entry)
            chain.add(line)
        }
        guard case .begin(let lamina, let planSHA256, let source) = entries.first?.content else { throw .notARecording(path: path) }
        (self.lamina, self.planSHA256, self.source, self.entries) = (lamina, planSHA256, source, entries)
        if case .end = entries.last?.content { isWhole = lines.last?.isEmpty ?? false } else { isWhole = false }
    }
}

/// Why a recording cannot be read.
public enum RecordingError: Error, Equatable, Sendable {
    case unreadable(path: String)
    case notARecording(path: String)
    /// A line that does not follow from the one before: something was changed, taken out or put in. Lines count from 1.
    case changed(path: String, line: Int)

    /// A stable machine-readable name.
    public var code: String {
        switch self {
        case .unreadable: "unreadable"
        case .notARecording: "not_a_recording"
        case .changed: "recording_changed"
        }
    }
}

extension RecordingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let path): "\(path): it cannot be read; is it there, and may you read it?"
        case .notARecording(let path):
            "\(path): it is no recording of navigation; give the recording.jsonl that 'lamina navigate --record' wrote"
        case .changed(let path, let line):
            "\(path): line \(line) does not follow from the line before; the recording was changed after it was written. Use an untouched copy"
        }
    }
}
