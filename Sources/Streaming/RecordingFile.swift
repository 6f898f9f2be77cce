import CaseFolder
import Digests
import Foundation
import Protocols
import Synchronization

/// A recording that grows line by line and is never changed: each line names the hash of the one before. What is in it stays when the process is killed. For any thread.
public final class RecordingFile: Sendable {
    private struct State {
        // Only touched under the lock.
        let file: GrowingFile
        var chain = HashChain()
        var isClosed = false
    }
    private let state: Mutex<State>

    /// - Throws: `CaseFolderError.system`, also where the file exists.
    public init(_ path: String, lamina: String, planSHA256: String, source: StreamSource) throws {
        state = Mutex(State(file: try GrowingFile(path)))
        try append(.begin(lamina: lamina, planSHA256: planSHA256, source: source))
    }

    /// Writes one line; nothing once the recording is closed.
    ///
    /// - Throws: `CaseFolderError.system`: the disk is full or gone.
    public func append(_ content: RecordingEntry.Content) throws {
        try state.withLock { state in
            guard !state.isClosed else { return }
            let entry = RecordingEntry(
                number: state.chain.number, previous: state.chain.previous, timeNS: wallClockNS(), content: content)
            let line = try encodedJSON(entry, oneLine: true)
            try state.file.append(line)
            state.chain.add(line.dropLast())
        }
    }

    /// Writes the last line and brings all to the disk.
    ///
    /// - Throws: `CaseFolderError.system`.
    public func close() throws {
        try append(.end)
        try state.withLock { state in
            state.isClosed = true
            try state.file.synchronize()
        }
    }
}

func wallClockNS() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}
