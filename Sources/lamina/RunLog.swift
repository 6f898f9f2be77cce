import Anatomy
import ArgumentParser
import Foundation
import Protocols
import Synchronization

/// What a subcommand made, handed to `runLogged`.
struct CommandOutcome {
    var exit: CommandExit = .ok
    /// The folder or file written.
    var output: String?
    var screws: [ScrewSummary]?
    var changes: [ScrewChangeSummary]?
    var approval: ApprovalSummary?
    var evaluation: JSONValue?
    /// What a person reads on stdout; not printed with `--json`.
    var text = ""
}

/// Runs the body of a subcommand: errors become a message and an exit code, and `--json` gets its summary in every case.
///
/// - Throws: `ExitCode`, for `Main` to exit with, unless all went well.
func runLogged(_ command: String, options: OutputOptions, _ body: (RunLog) throws -> CommandOutcome) throws {
    let log = RunLog(command: command, options: options)
    let code: Int32
    do {
        let outcome = try body(log)
        lastWord.lock()
        code = log.finish(with: outcome)
    } catch {
        lastWord.lock()
        code = log.finish(failing: commandFailure(for: error))
    }
    if code != 0 { throw ExitCode(code) }
}

/// The voice of one run: stages, progress and warnings go to stderr while it works, and are kept for the summary and the manifest.
///
/// On a terminal that is one line that is drawn over and over; elsewhere JSON lines (`ProgressEvent`).
final class RunLog: Sendable {
    private struct State {
        var stages: [StageTiming] = []
        var warnings: [CommandWarning] = []
        var hasOpenLine = false
    }

    private let command: String
    private let isJSON: Bool
    private let isQuiet: Bool
    private let isVerbose: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let state = Mutex(State())

    init(command: String, options: OutputOptions) {
        self.command = command
        isJSON = options.isJSON
        isQuiet = options.quiet
        isVerbose = options.verbose
    }

    var stages: [StageTiming] { state.withLock { $0.stages } }
    var warnings: [CommandWarning] { state.withLock { $0.warnings } }

    /// Runs and times one stage. Stages do not nest.
    func stage<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
        show(.stageStarted(stage: name))
        let clock = ContinuousClock()
        let start = clock.now
        let result = try body()
        let seconds = start.duration(to: clock.now) / .seconds(1)
        state.withLock { $0.stages.append(StageTiming(name: name, seconds: seconds)) }
        show(.stageFinished(stage: name, seconds: seconds))
        return result
    }

    /// - Parameter total: 0 where nobody knows.
    func progress(_ stage: String, done: Int, total: Int) { show(.progress(stage: stage, done: done, total: total)) }

    /// Shows and keeps a warning; the same one only once.
    func warn(_ code: String, _ message: String, levels: [VertebraLevel] = []) {
        let warning = CommandWarning(code: code, message: message, levels: levels.map(\.name))
        let isNew = state.withLock { state in
            guard !state.warnings.contains(warning) else { return false }
            state.warnings.append(warning)
            return true
        }
        if isNew { show(.warning(warning)) }
    }

    func finish(with outcome: CommandOutcome) -> Int32 {
        clearLine()
        let result = isJSON ? summary(exit: outcome.exit, outcome: outcome, failure: nil) : Data((outcome.text + "\n").utf8)
        guard let failure = writeToStandardOutput(result, output: outcome.output) else { return outcome.exit.rawValue }
        show(.failure(failure))
        return failure.exitCode
    }

    func finish(failing failure: CommandFailure) -> Int32 {
        show(.failure(failure))
        let exit = CommandExit(rawValue: failure.exitCode) ?? .bug
        // The code of what failed first counts, whether stdout can be written or not.
        if isJSON { _ = writeToStandardOutput(summary(exit: exit, outcome: CommandOutcome(), failure: failure)) }
        return exit.rawValue
    }

    private func summary(exit: CommandExit, outcome: CommandOutcome, failure: CommandFailure?) -> Data {
        let summary = RunSummary(
            laminaVersion: laminaVersion, command: command, exit: exit, output: outcome.output, screws: outcome.screws,
            changes: outcome.changes, approval: outcome.approval, evaluation: outcome.evaluation, warnings: warnings, stages: stages,
            peakMemoryBytes: peakMemory(), error: failure)
        guard let data = try? encodedJSON(summary) else { preconditionFailure("a summary holds only finite numbers") }
        return data
    }

    private func show(_ event: ProgressEvent) {
        if case .failure = event {} else if isQuiet { return }
        if isTerminal {
            state.withLock { draw(event, hasOpenLine: &$0.hasOpenLine) }
        } else if let line = try? encodedJSON(event, oneLine: true) {
            state.withLock { _ in writeToStandardError(line) }
        }
    }

    private func draw(_ event: ProgressEvent, hasOpenLine: inout Bool) {
        let clear = hasOpenLine ? "\r\u{1B}[K" : ""
        hasOpenLine = false
        switch event {
        case .stageStarted(let stage):
            write("\(clear)\(stage) ...")
            hasOpenLine = true
        case .progress(let stage, let done, 0):
            write("\(clear)\(stage) \(done)")
            hasOpenLine = true
        case .progress(let stage, let done, let total):
            let filled = 30 * done / total
            let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 30 - filled)
            write("\(clear)[\(bar)] \(stage) \(done)/\(total)")
            hasOpenLine = true
        case .stageFinished(let stage, let seconds):
            write(clear + (isVerbose ? "\(stage): \(String(format: "%.2f", seconds)) s\n" : ""))
        case .warning(let warning): write("\(clear)warning: \(warning.message)\n")
        case .failure(let failure): write("\(clear)error: \(failure)\n")
        }
    }

    private func clearLine() {
        state.withLock { state in
            if state.hasOpenLine { write("\r\u{1B}[K") }
            state.hasOpenLine = false
        }
    }

    private func write(_ text: String) { writeToStandardError(Data(text.utf8)) }
}

/// Writes whole pieces, and lets them go when nobody reads (a closed pipe must not end a plan).
private func writeToStandardError(_ data: Data) {
    _ = data.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// Largest resident size of this process so far, bytes.
func peakMemory() -> Int64 {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Int64(usage.ru_maxrss) * 1024
}
