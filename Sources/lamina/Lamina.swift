import ArgumentParser
import Foundation
import Protocols

let laminaVersion = "0.1.0"

/// The root command: it only lists its subcommands, one file each.
struct Lamina: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lamina", abstract: "Plans pedicle screws from CT, and follows vertebrae in X-ray frames.",
        discussion: "Coordinates are LPS millimetres of the input image; left and right are the patient's.", version: laminaVersion,
        subcommands: [
            PlanCommand.self, SegmentCommand.self, RelabelCommand.self, AdjustCommand.self, ReviewCommand.self, ApproveCommand.self,
            ReportCommand.self, TrackCommand.self, NavigateCommand.self, SubscribeCommand.self, ReplayCommand.self, FetchCommand.self,
            KeysCommand.self,
            MeshCommand.self, ExportCommand.self, InfoCommand.self, VerifyCommand.self,
            EvaluateCommand.self, PhantomCommand.self, SimulateCommand.self,
        ])
}

@main
enum Main {
    /// Parses, runs, and ends with one of `CommandExit`'s codes, whatever happens.
    static func main() {
        fillClosedStreams()
        stopCleanlyOnSignals()
        do {
            var command = try Lamina.parseAsRoot()
            try command.run()
        } catch let code as ExitCode {
            exit(code.rawValue)
        } catch {
            exit(endWithoutRunning(error))
        }
    }

    /// Help and version on stdout; a usage error on stderr, and on stdout too as JSON where `--json` was given.
    private static func endWithoutRunning(_ error: any Error) -> Int32 {
        guard Lamina.exitCode(for: error) != .success else {
            let message = Lamina.fullMessage(for: error)
            // The versions of libraries take some time to find, so they are asked for here and not in the configuration, which every run reads.
            let text = message == laminaVersion ? versionText() : message
            guard let failure = writeToStandardOutput(text) else { return CommandExit.ok.rawValue }
            return logOfCommandLine().finish(failing: failure)
        }
        let command = namedCommand().map { "\($0) " } ?? ""
        let failure = CommandFailure(.usage, code: "usage", what: Lamina.message(for: error), remedy: "See 'lamina \(command)--help'")
        return logOfCommandLine().finish(failing: failure)
    }
}

/// The subcommand on the command line, if it names one.
private func namedCommand() -> String? {
    Lamina.configuration.subcommands.compactMap { $0.configuration.commandName }.first { $0 == CommandLine.arguments.dropFirst().first }
}

/// A log for what ends a run outside its subcommand: read off the bare arguments, since nothing was parsed or the parse is out of reach.
func logOfCommandLine() -> RunLog {
    RunLog(command: namedCommand() ?? "lamina", options: OutputOptions(isJSON: CommandLine.arguments.contains("--json")))
}
