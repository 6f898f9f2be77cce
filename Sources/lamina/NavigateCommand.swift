import Anatomy
import ArgumentParser
import CaseFolder
import Foundation
import Protocols
import Tracking

/// `lamina navigate`: tracks as `lamina track` does, and publishes every moment's poses as soon as they are known.
struct NavigateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "navigate", abstract: "Track a case's vertebrae in X-ray frames and publish their poses.",
        discussion: """
            Publishes over ZeroMQ what Protocols/Specification/pose-stream.md says, until the frames end or a signal stops it. Frames from files are played at their own \
            pace and published as a simulation (SIM), which clients show only when asked to. What has no pose has none in the stream; when frames stay away it says STALE. \
            Exit codes as of 'lamina track'.
            """)

    @Argument(help: "A case that 'lamina plan' wrote.", completion: .directory)
    var folder: String

    @OptionGroup var input: FrameOptions

    @OptionGroup var start: StartOptions

    @OptionGroup var publishing: PublishOptions

    @OptionGroup var approving: ApprovalOptions

    @OptionGroup var bridges: BridgeOptions

    @Option(help: "Where the scan is now, if it is no longer where the case was planned from.", completion: .file())
    var ct: String?

    @Option(help: "Levels to track, for example T11-L2. Default: every vertebra that the plan has a frame of.", transform: parseLevels)
    var levels: [VertebraLevel]?

    @Option(help: "The patient's pseudonym; its hash is in every tick. Default: the scan's hash stands for the patient.")
    var patient: String?

    @Option(
        help: "A new folder for a recording of frames' hashes, ticks and decisions, that 'lamina replay' sends again.",
        completion: .directory)
    var record: String?

    @Option(help: "Threads. Default: one for each core.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @OptionGroup var printing: OutputOptions

    func validate() throws {
        if !(1...64).contains(threads) { throw ValidationError("--threads takes 1 to 64") }
    }

    func run() throws {
        try runLogged("navigate", options: printing) { log in
            let startedAt = Date()
            let tracked = try TrackedCase(at: folder, scan: ct, levels: levels, approval: approving, threads: threads, log: log)
            let opened = try input.open(log: log)
            // By their bytes before any is read.
            let files = try fileRecords(of: opened.files + start.files())
            let frames = opened.paced
            let identity = StreamIdentity(of: tracked, patient: patient)
            let recorder = try record.map { try Recorder(at: $0, planSHA256: identity.planSHA256, source: frames.streamSource) }
            let bridges = try bridges.open(caseFolder: folder, log: log)
            let caseServer = try publishing.caseServer(tracked.plan, tracked.planSHA256, at: folder, log: log)
            defer { caseServer?.stop() }
            let publisher = try publishing.publisher(
                identity, source: frames.streamSource, silentBodies: tracked.silentBodies, log: log,
                whenSent: { tick, message in
                    recorder?.add(.tick(message))
                    bridges.publish(tick)
                })
            endGentlyOnSignal(frames.stopper)
            var run = NavigationRun(tracked, publisher, recorder)
            do {
                // Whatever ends it, the stream's last word is STOPPED, and it stands in the recording.
                defer {
                    publisher.stop()
                    bridges.stop()
                }
                try run.follow(frames.source, from: start, threads: threads, log: log)
            } catch {
                try? recorder?.close()
                throw error
            }
            try recorder?.close()
            let exit = frames.concluded(run.exit, log: log)
            let refused = publisher.refusedHandshakes.merging(caseServer?.refusedHandshakes ?? [:], uniquingKeysWith: +)
            for (reason, count) in refused.sorted(by: { $0.key < $1.key }) {
                log.warn("refused_handshakes", "\(count) handshakes were refused: \(reason)")
            }
            if let record {
                try writeManifest(
                    Manifest(
                        laminaVersion: laminaVersion, arguments: CommandLine.arguments, exit: exit, startedAt: startedAt,
                        finishedAt: Date(),
                        engines: engines(),
                        parameters: ["tracker": try JSONValue(TrackerParameters()), "start": try JSONValue(AcquisitionParameters())],
                        inputs: tracked.inputs + files + frames.received, stages: log.stages, warnings: log.warnings,
                        measurements: run.measurements.merging(try frames.measurements, uniquingKeysWith: { $1 })),
                    into: record)
            }
            return CommandOutcome(
                exit: exit, output: record, approval: tracked.approval.summary,
                text: [run.table, frames.report, tracked.approval.text].compactMap(\.self).joined(separator: "\n"))
        }
    }
}
