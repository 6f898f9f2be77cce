import ArgumentParser
import CaseFolder
import Foundation
import Protocols
import ReviewWeb
import Synchronization

/// `lamina review`: a person changes planned screws with the mouse, in a browser on this machine.
struct ReviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "Change planned screws in a browser on this machine, and see them measured at once.",
        discussion: """
            Serves the case's report with handles on every screw, on 127.0.0.1 alone and at an address that nobody else knows, until Ctrl-C. What is tried is judged as 'lamina adjust' \
            judges and is not saved; what is applied is written as 'lamina adjust' writes it, voids an approval, and can be undone. Exit codes: 0 ended by a signal, 2 usage, 3 a damaged scan, \
            6 storage or the port is taken, 7 a case or a scan that was changed.
            """)

    @Argument(help: "A case that 'lamina plan' wrote.", completion: .directory)
    var folder: String

    @Option(help: "The port of 127.0.0.1 to serve on; 0 takes a free one.")
    var port: UInt16 = 8090

    @Option(help: "Where the scan is now, if it is no longer where the case was planned from.", completion: .file())
    var input: String?

    @Option(help: "Threads. Default: one for each core.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @OptionGroup var printing: OutputOptions

    func validate() throws {
        if !(1...64).contains(threads) { throw ValidationError("--threads takes 1 to 64") }
    }

    func run() throws {
        try runLogged("review", options: printing) { log in
            let old = try log.stage("verify") { try PlannedCase(at: folder) }
            guard old.manifest.outputs.contains(where: { $0.path == reportFileName }) else { throw noReport(inCaseAt: folder) }
            let session = ReviewSession(of: try ReviewedPlan(of: old, scan: input, threads: threads, printing: printing, log: log))
            let page = try ReviewWeb(port: port, session: session)
            try announce(page.address, log: log)
            let failure = waitForEnd(of: page)
            let outcome = outcome(of: page.end())
            guard let failure else { return outcome }
            throw CommandFailure(
                .storage, code: "socket_lost", what: "the page cannot be served any more: \(failure). \(outcome.text)",
                remedy: "Start the review anew; what was applied is written")
        }
    }

    /// With `--json` stdout is the summary's alone.
    private func announce(_ address: String, log: RunLog) throws {
        let text = "Review of \(folder): open \(address) in a browser on this machine. Ctrl-C ends it."
        if printing.isJSON {
            log.warn("review_at", text)
        } else if let failure = writeToStandardOutput(text) {
            throw failure
        }
    }

    private func outcome(of ended: ReviewSession.Outcome) -> CommandOutcome {
        let steps = ended.standing
        var outcome = CommandOutcome(output: steps.isEmpty ? nil : folder)
        var last: [String: ReviewSession.Step] = [:]
        for step in steps { last["\(step.after.level) \(step.after.side.rawValue)"] = step }
        outcome.changes = last.sorted { $0.key < $1.key }.map { ScrewChangeSummary($0.value.after) }
        let approval = approvalAsRead(ofCaseAt: folder)
        outcome.approval = approval.summary
        func listed(_ title: String, _ steps: [ReviewSession.Step]) -> [String] {
            steps.isEmpty ? [] : [title] + steps.map { "  " + $0.sentence }
        }
        let lines =
            listed("Review ended. Changed in \(folder):", steps)
            + listed("Applied before another run changed the case; whether it still stands, the case says:", ended.overtaken)
        outcome.text = (lines.isEmpty ? ["Review ended: no change stands"] : lines).joined(separator: "\n") + "\n" + approval.text
        return outcome
    }
}

/// Waits for the first SIGINT, SIGTERM or SIGHUP, or for the server to fail.
///
/// - Returns: why the server failed, if it did.
private func waitForEnd(of page: ReviewWeb) -> (any Error)? {
    let isStopped = DispatchSemaphore(value: 0)
    let failure = Mutex<(any Error)?>(nil)
    endGentlyOnSignal { isStopped.signal() }
    page.whenItFails { error in
        failure.withLock { $0 = error }
        isStopped.signal()
    }
    isStopped.wait()
    return failure.withLock { $0 }
}
