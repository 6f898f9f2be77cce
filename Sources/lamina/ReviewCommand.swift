import ArgumentParser
import CaseFolder
import Foundation
import Protocols
import ReviewWeb

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
            waitForSignal()
            return outcome(of: page.end())
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

    private func outcome(of steps: [ReviewSession.Step]) -> CommandOutcome {
        var outcome = CommandOutcome(output: steps.isEmpty ? nil : folder)
        var last: [String: ReviewSession.Step] = [:]
        for step in steps { last["\(step.after.level) \(step.after.side.rawValue)"] = step }
        outcome.changes = last.sorted { $0.key < $1.key }.map { ScrewChangeSummary($0.value.after) }
        let approval = approvalAsRead(ofCaseAt: folder)
        outcome.approval = approval.summary
        outcome.text =
            (steps.isEmpty
                ? "Review ended: no change stands"
                : "Review ended. Changed in \(folder):\n" + steps.map { "  " + $0.sentence }.joined(separator: "\n"))
            + "\n" + approval.text
        return outcome
    }
}

/// Waits for the first SIGINT, SIGTERM or SIGHUP.
private func waitForSignal() {
    let isStopped = DispatchSemaphore(value: 0)
    endGentlyOnSignal { isStopped.signal() }
    isStopped.wait()
}
