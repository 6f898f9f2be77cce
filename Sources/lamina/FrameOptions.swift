import ArgumentParser
import CaseFolder
import Fluoroscopy
import Foundation
import Protocols
import ZeroMQ

/// Options that say where X-ray frames come from.
struct FrameOptions: ParsableArguments {
    @Option(
        help: "A folder with geometry.json and its frames, a DICOM XA or RF file, or tcp://HOST:PORT where frames are published.",
        completion: .file())
    var frames: String

    @Option(help: "A value that a DICOM file lacks, such as source_detector_mm=1020; repeatable. Nothing is assumed unsaid.")
    var assume: [String] = []

    @Option(help: "Seconds after which published frames that stay away end the run. Default: \(Int(usualIdleSeconds)).")
    var idleTimeout: Double?

    private var isLive: Bool { frames.hasPrefix(TCPAddress.scheme) }

    func validate() throws {
        if isLive {
            if !assume.isEmpty { throw ValidationError("--assume is for a DICOM file; published frames say it all") }
            do { _ = try TCPAddress(frames) } catch { throw ValidationError("--frames \(error)") }
        } else if idleTimeout != nil {
            throw ValidationError("--idle-timeout is for published frames, --frames tcp://HOST:PORT")
        }
        if let idleTimeout, !(0.1...86400).contains(idleTimeout) { throw ValidationError("--idle-timeout takes 0.1 to 86400 seconds") }
    }

    /// Opens the frames; live ones are read from now on, and the first signal then ends the run gently.
    ///
    /// - Throws: `FluoroscopyError`, `WireFileError`, `ImageFileError`, `ZeroMQError`.
    func open(log: RunLog) throws -> OpenFrames {
        guard isLive else {
            var assumptions = FluoroscopyAssumptions()
            for value in assume { try assumptions.add(value) }
            return .files(try FluoroscopySequence(path: frames, assuming: assumptions))
        }
        let address = try TCPAddress(frames)
        if !address.isLoopback {
            log.warn(
                "unprotected_stream",
                "frames from \(address) come over the network neither encrypted nor signed: whoever can reach it can read or forge them; "
                    + "use a tunnel, or a sender on this machine")
        }
        let stream = FrameStream(address, idleSeconds: idleTimeout ?? usualIdleSeconds)
        endGentlyOnSignal(stream.stopper)
        return .live(stream)
    }
}

/// Between two steps on the pedal nothing is sent, and that is usual.
private let usualIdleSeconds = 30.0

/// Frames being tracked, and what their kind adds to the record of the run.
enum OpenFrames {
    case files(FluoroscopySequence)
    /// Files, played at their own pace.
    case played(PacedSequence)
    case live(FrameStream)

    var source: any FluoroscopySource {
        switch self {
        case .files(let sequence): sequence
        case .played(let sequence): sequence
        case .live(let stream): stream
        }
    }

    /// As a C-arm delivers them: files are played, a live stream is one already.
    var paced: OpenFrames {
        guard case .files(let sequence) = self else { return self }
        return .played(PacedSequence(sequence))
    }

    var streamSource: StreamSource {
        guard case .live = self else { return .simulation }
        return .live
    }

    /// Ends what comes at its own pace, from any thread.
    var stopper: @Sendable () -> Void {
        switch self {
        case .files: {}
        case .played(let sequence): sequence.stopper
        case .live(let stream): stream.stopper
        }
    }

    /// Every file that frames come from; none of a live stream.
    var files: [String] {
        guard case .files(let sequence) = self else { return [] }
        return sequence.files
    }

    /// What came in over a live stream and was tracked, by its bytes.
    var received: [FileRecord] {
        guard case .live(let stream) = self else { return [] }
        let (bytes, sha256) = stream.taken
        return [FileRecord(path: "\(stream.address)", fingerprint: FileFingerprint(bytes: bytes, sha256: sha256))]
    }

    /// What came in over a stream, for the manifest.
    var measurements: [String: JSONValue] {
        get throws {
            guard case .live(let stream) = self else { return [:] }
            let counts = try JSONValue(stream.counts)
            return ["stream": .object(["address": .string("\(stream.address)"), "name": .string(stream.name ?? ""), "counts": counts])]
        }
    }

    /// How a run ended that did not wait for its tracker, in words; nil of files.
    var report: String? {
        switch self {
        case .files: nil
        case .played(let sequence): "Played at the frames' own pace; \(sequence.skipped) moments left out while another was tracked"
        case .live(let stream): "Stream \(stream.name ?? "without a name"): \(stream.counts)"
        }
    }

    /// Warns when a stream broke off. What was tracked until then is kept.
    ///
    /// - Returns: the exit code of a run that would else have ended with `exit`.
    func concluded(_ exit: CommandExit, log: RunLog) -> CommandExit {
        guard case .live(let stream) = self else { return exit }
        switch stream.ending {
        case .silent(let seconds):
            log.warn(
                "stream_silent", "no whole moment came for \(seconds.formatted()) s and no end was sent; what was tracked before is kept")
            return .storage
        case .stopped:
            log.warn("stopped", "the run was stopped by a signal before the stream's end; what was tracked before is kept")
            return exit
        case .finished, .failed, nil: return exit
        }
    }
}
