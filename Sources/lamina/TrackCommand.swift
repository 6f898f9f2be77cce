import Anatomy
import ArgumentParser
import CaseFolder
import Foundation
import Frames
import ImageFiles
import Protocols
import Tracking

/// `lamina track`: X-ray frames in, each vertebra's pose in every frame out, with how sure it is.
struct TrackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "track", abstract: "Follow a case's vertebrae in X-ray frames.",
        discussion: """
            Reads a case that 'lamina plan' wrote, its scan, and frames with their geometry (Protocols/Specification/fluoroscopy.md). Writes a folder with \
            poses.jsonl (a line for each moment), overlays of the first, middle and last moments, and manifest.json. Frames that a grabber or a bridge \
            publishes (Protocols/Specification/frame-stream.md) are tracked as they come, until the sender ends the stream, falls silent, or a signal \
            stops the run. Exit codes: 0 tracked, 5 some vertebra lost in the last frame or in over a tenth of all, 4 never found, 3 damaged or wrong input, 2 usage, 6 storage, \
            stopped, or a stream that fell silent, 7 a case or scan that was changed.
            """)

    @Argument(help: "A case that 'lamina plan' wrote.", completion: .directory)
    var folder: String

    @OptionGroup var input: FrameOptions

    @OptionGroup var start: StartOptions

    @OptionGroup var approving: ApprovalOptions

    @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
    var output: String

    @Option(help: "Where the scan is now, if it is no longer where the case was planned from.", completion: .file())
    var ct: String?

    @Option(help: "Levels to track, for example T11-L2. Default: every vertebra that the plan has a frame of.", transform: parseLevels)
    var levels: [VertebraLevel]?

    @Flag(help: "The frames show the tracked vertebrae alone, in air, as bone on a bench: nothing of the rest of the CT is looked for.")
    var bare = false

    @Flag(help: "Replace an existing folder that lamina wrote.")
    var force = false

    @Option(help: "Threads. Default: one for each core.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @OptionGroup var printing: OutputOptions

    func validate() throws {
        if !(1...64).contains(threads) { throw ValidationError("--threads takes 1 to 64") }
    }

    func run() throws {
        try runLogged("track", options: printing) { log in
            try checkOutputKind(output, command: "track")
            let startedAt = Date()
            var outcome = CommandOutcome(output: output)
            try writeCase(at: output, replacing: force) { draft in
                let tracked = try TrackedCase(
                    at: folder, scan: ct, levels: levels, approval: approving, surroundings: bare ? .air : .patient, threads: threads,
                    log: log)
                let startFiles = try start.files()
                let frames = try input.open(log: log)
                // By their bytes before any is read; frames are read one by one as they are tracked.
                let files = try fileRecords(of: frames.files + startFiles)
                let run = try TrackRun(
                    tracked, frames.source,
                    from: { try start.place(of: tracked, views: $0.frames.map(\.view), cameras: $0.frames.map(\.camera)) },
                    threads: threads, draft: draft, log: log)
                outcome.exit = frames.concluded(run.moments.tally.exit, log: log)
                outcome.approval = tracked.approval.summary
                outcome.text = [run.moments.table, frames.report, tracked.approval.text, "\nPoses written to \(output)"].compactMap(\.self)
                    .joined(separator: "\n")
                try checkUnchanged(files)
                return Manifest(
                    laminaVersion: laminaVersion, arguments: CommandLine.arguments, exit: outcome.exit, startedAt: startedAt,
                    finishedAt: Date(),
                    engines: engines(),
                    parameters: ["tracker": try JSONValue(TrackerParameters()), "start": try JSONValue(AcquisitionParameters())],
                    inputs: tracked.inputs + files + frames.received, stages: log.stages, warnings: log.warnings,
                    measurements: try run.moments.measurements.merging(frames.measurements, uniquingKeysWith: { $1 }))
            }
            return outcome
        }
    }
}
