import Anatomy
import ArgumentParser
import CaseFolder
import Fluoroscopy
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
            poses.jsonl (a line for each moment), overlays of the first, middle and last moments, and manifest.json. Exit codes: 0 tracked, 5 some vertebrae \
            lost in the last frame, 4 never found, 3 damaged or wrong input, 2 usage, 6 storage or stopped, 7 a case or scan that was changed.
            """)

    @Argument(help: "A case that 'lamina plan' wrote.", completion: .directory)
    var folder: String

    @Option(help: "A folder with geometry.json and its frames, or a DICOM XA or RF file.", completion: .file())
    var frames: String

    @Option(help: "A value that a DICOM file lacks, such as source_detector_mm=1020; repeatable. Nothing is assumed unsaid.")
    var assume: [String] = []

    @OptionGroup var start: StartOptions

    @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
    var output: String

    @Option(help: "Where the scan is now, if it is no longer where the case was planned from.", completion: .file())
    var ct: String?

    @Option(help: "Levels to track, for example T11-L2. Default: every vertebra that the plan has a frame of.", transform: parseLevels)
    var levels: [VertebraLevel]?

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
                let tracked = try TrackedCase(at: folder, scan: ct, levels: levels, threads: threads, log: log)
                var assumptions = FluoroscopyAssumptions()
                for value in assume { try assumptions.add(value) }
                let sequence = try FluoroscopySequence(path: frames, assuming: assumptions)
                for warning in sequence.warnings { log.warn(warning.code, warning.message) }
                let place = try start.place(of: tracked, views: sequence.viewNames, cameras: sequence.cameras(at: 0))
                let run = try TrackRun(tracked, sequence, from: place, threads: threads, draft: draft, log: log)
                outcome.exit = run.exit
                outcome.text = run.table + "\n\nPoses written to \(output)"
                let files = try (sequence.files + [start.initial, start.landmarks].compactMap(\.self)).map {
                    FileRecord(path: $0, fingerprint: try fingerprint(ofFileAt: $0))
                }
                return Manifest(
                    laminaVersion: laminaVersion, arguments: CommandLine.arguments, exit: outcome.exit, startedAt: startedAt,
                    finishedAt: Date(),
                    engines: engines(),
                    parameters: ["tracker": try JSONValue(TrackerParameters()), "start": try JSONValue(AcquisitionParameters())],
                    inputs: tracked.inputs + files, stages: log.stages, warnings: log.warnings, measurements: run.measurements)
            }
            return outcome
        }
    }
}
