import ArgumentParser
import Foundation
import Protocols
import Streaming

/// `lamina replay`: a recording published again, marked as what it is.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Publish a recording of navigation again.",
        discussion: """
            Sends the ticks of a recording at the pace at which they were sent, with the poses and states exactly as they were. Each is marked REPLAY and has the epoch, number and times \
            of this run, so no client takes it for the patient. A recording that was cut off is played up to the cut; one that was changed is refused. Exit codes: 0 played, 3 no \
            recording, 7 a recording that was changed, 2 usage, 6 storage.
            """)

    @Argument(help: "The folder that 'lamina navigate --record' wrote, or its recording.jsonl.", completion: .directory)
    var recording: String

    @OptionGroup var publishing: PublishOptions

    @OptionGroup var bridges: BridgeOptions

    @OptionGroup var approving: ApprovalOptions

    @Option(
        name: .customLong("case"), help: "The case that was navigated, whose bones --web shows and --serve-case serves.",
        completion: .directory)
    var caseFolder: String?

    @Option(help: "How much faster than it was.")
    var speed = 1.0

    @OptionGroup var printing: OutputOptions

    func validate() throws {
        if bridges.web != nil || publishing.serveCase != nil, caseFolder == nil {
            throw ValidationError("--web and --serve-case need --case: a recording has no bones")
        }
        if !(0.1...100).contains(speed) { throw ValidationError("--speed takes 0.1 to 100") }
    }

    func run() throws {
        try runLogged("replay", options: printing) { log in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: recording, isDirectory: &isFolder)
            let path = isFolder.boolValue ? recording + "/" + Recorder.fileName : recording
            let read = try Recording(contentsOf: path)
            if !read.isWhole { log.warn("recording_cut", "it was cut off after \(read.entries.count) lines; what was before is played") }
            let ticks = try read.ticks.map { entry in (timeNS: entry.timeNS, tick: try decodedTick(entry.bytes, of: path)) }
            guard let first = ticks.first else {
                throw CommandFailure(.corruptInput, code: "no_ticks", what: "it holds no tick", place: path)
            }
            try play(ticks, identity: first.tick.identity, log: log)
            return CommandOutcome(text: "Played \(ticks.count) ticks\(read.isWhole ? "" : ", up to where the recording was cut off")")
        }
    }

    private func decodedTick(_ bytes: Data, of path: String) throws -> PoseTick {
        do throws(PoseTickError) { return try PoseTick(decoding: bytes) } catch {
            throw CommandFailure(.corruptInput, code: error.code, what: "a tick in it: \(error)", place: path)
        }
    }

    /// Refuses a case that is not the recording's: its poses would move another patient's bones.
    private func server(ofCaseAt folder: String, of identity: StreamIdentity, log: RunLog) throws -> CaseServer? {
        let planned = try PlannedCase(at: folder)
        let found = planned.sha256(of: "plan.json")
        guard found == identity.planSHA256 else {
            throw CommandFailure(
                .integrity, code: "other_plan", what: "the recording is of plan \(identity.planSHA256), and this case has \(found)",
                place: folder, remedy: "Pass the case that was navigated, as it was then")
        }
        _ = try approving.check(planned.approval, of: folder, log: log)
        return try publishing.caseServer(planned.plan, found, at: folder, log: log)
    }

    private func play(_ ticks: [(timeNS: Int64, tick: PoseTick)], identity: StreamIdentity, log: RunLog) throws {
        let caseServer = try caseFolder.flatMap { try server(ofCaseAt: $0, of: identity, log: log) }
        let bridges = try bridges.open(caseFolder: caseFolder ?? "", log: log)
        defer { caseServer?.stop() }
        let publisher = try publishing.publisher(
            identity, source: .replay, silentBodies: ticks[0].tick.bodies.map(\.lostAsRecorded), log: log
        ) { tick, _ in bridges.publish(tick) }
        let begun = ContinuousClock.now
        let isStopped = StopFlag()
        endGentlyOnSignal { isStopped.raise() }
        try log.stage("replay") {
            for (n, (timeNS, tick)) in ticks.enumerated() where !isStopped.isRaised {
                let due = begun.advanced(by: .nanoseconds(Int64(Double(timeNS - ticks[0].timeNS) / speed)))
                while !isStopped.isRaised, ContinuousClock.now < due {
                    Thread.sleep(forTimeInterval: min(0.05, ContinuousClock.now.duration(to: due) / .seconds(1)))
                }
                try publisher.republish(tick)
                log.progress("replay", done: n + 1, total: ticks.count)
            }
        }
        publisher.stop()
        bridges.stop()
    }
}

extension TickBody {
    /// What is sent when the recording has nothing to say.
    fileprivate var lostAsRecorded: TickBody {
        var screws = screws
        for n in screws.indices { (screws[n].planned, screws[n].measured, screws[n].state, screws[n].causes) = (nil, nil, nil, []) }
        return TickBody(lost: level, causes: ["no_frame"], screws: screws)
    }
}
