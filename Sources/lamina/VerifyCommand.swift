import ArgumentParser
import CaseFolder

/// `lamina verify`: whether a case is whole and as it was written.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that every file of a case is as its manifest says.",
        discussion: """
            Compares the SHA-256 of every file with manifest.json, and finds files that are missing or were added. Exit codes: 0 whole, 7 not (the \
            first such file is named), 2 usage, 6 storage.
            """)

    @Argument(help: "A folder that lamina wrote.", completion: .directory)
    var folder: String

    @OptionGroup var printing: OutputOptions

    func run() throws {
        try runLogged("verify", options: printing) { log in
            let manifest = try log.stage("verify") { try verifyCase(at: folder) }
            return CommandOutcome(text: "\(folder): whole; \(manifest.outputs.count) files are as they were written")
        }
    }
}
