import ArgumentParser
import CaseFolder

/// `lamina verify`: whether a case is whole and as it was written, and whether it is approved.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that every file of a case is as it was written, and say who approved it.",
        discussion: """
            Compares the SHA-256 of every file with manifest.json, finds files that are missing or were added, and checks the chain of hashes and the signatures of audit.jsonl, \
            whose last line names the manifest. With --trusted the case must be approved as it stands by one of these keys; without it a signature says only that \
            somebody signed. Exit codes: 0 whole, 7 not (the first such file is named) or not approved as --trusted asks, 2 usage, 6 storage.
            """)

    @Argument(help: "A folder that lamina wrote.", completion: .directory)
    var folder: String

    @Option(help: "The public key of one who may approve; repeatable.", completion: .file())
    var trusted: [String] = []

    @OptionGroup var printing: OutputOptions

    func run() throws {
        try runLogged("verify", options: printing) { log in
            let keys = Set(try trusted.map { try readPublicKey($0, option: "--trusted") })
            let verified = try log.stage("verify") { try verifyCase(at: folder) }
            if !trusted.isEmpty { try verified.approval.require(trusted: keys, place: folder) }
            var outcome = CommandOutcome(text: "\(folder): whole; \(verified.manifest.outputs.count) files are as they were written")
            if verified.audit != nil {
                outcome.text += "\n" + verified.approval.sentence(trusted: keys)
                outcome.approval = verified.approval.summary(trusted: keys)
            }
            return outcome
        }
    }
}
