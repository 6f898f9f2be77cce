import Anatomy
import Digests
import Fluoroscopy
import Foundation
import Protocols
import Streaming
import Synchronization
import Tracking

/// Keeps what navigation saw, sent and decided, in `recording.jsonl` of a new folder. For any thread: ticks are also sent while nobody tracks.
final class Recorder: Sendable {
    static let fileName = "recording.jsonl"
    private let file: RecordingFile
    private let state = Mutex(State())

    private struct State {
        /// The first error: what is recorded in part is still a recording, but its end must say so.
        var failure: (any Error)?
        var registration: StreamRegistration?
        var vertebrae: [VertebraLevel: String] = [:]
    }

    /// - Throws: `CaseFolderError.system`; `CommandFailure` where the folder holds a recording.
    init(at folder: String, planSHA256: String, source: StreamSource) throws {
        let path = folder + "/" + Recorder.fileName
        guard !FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure(
                .usage, code: "recording_exists", what: "there is a recording already, and none is ever written over", place: folder,
                remedy: "Name a new folder")
        }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure(
                .storage, code: "input_output", what: "the folder cannot be made: \(error.localizedDescription)", place: folder)
        }
        file = try RecordingFile(path, lamina: laminaVersion, planSHA256: planSHA256, source: source)
    }

    func add(_ content: RecordingEntry.Content) {
        do { try file.append(content) } catch { state.withLock { $0.failure = $0.failure ?? error } }
    }

    /// A moment's frames, before they are tracked.
    func add(_ moment: FluoroscopyMoment) {
        add(.frames(moment: moment.index, timeS: moment.timeS, sha256: moment.frames.map { $0.transmission.littleEndianSHA256 }))
    }

    /// What became otherwise with a moment: the registration, a vertebra's state.
    func add(decisionsOf found: TrackedMoment) {
        let news = state.withLock { state in
            var news: [(String, String)] = []
            if let registration = found.registration, registration != state.registration {
                news.append(("registered", "registration \(registration.id), rms \(registration.rms)"))
            }
            state.registration = found.registration
            for estimate in found.estimates {
                let now = ([estimate.state.rawValue] + estimate.causes.map(\.rawValue)).joined(separator: " ")
                let before = state.vertebrae.updateValue(now, forKey: estimate.level)
                if now != before { news.append(("vertebra", "\(estimate.level.name) \(now)")) }
            }
            return news
        }
        for (code, message) in news { add(.decision(code: code, message: message)) }
    }

    /// - Throws: the first error of the disk.
    func check() throws {
        if let failure = state.withLock(\.failure) { throw failure }
    }

    /// - Throws: the first error of the disk.
    func close() throws {
        try check()
        try file.close()
    }
}

extension [Float] {
    /// Of the numbers as 32 bits, little-endian, one after the other.
    fileprivate var littleEndianSHA256: String {
        var digest = SHA256Digest()
        // Linux on x86-64 and ARM is little-endian.
        withUnsafeBytes { digest.update($0) }
        return digest.hexadecimal()
    }
}
