import ArgumentParser
import CaseFolder
import Foundation
import Protocols
import Signatures

/// `lamina approve`: a person signs a case as it stands.
struct ApproveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Sign a case as it stands.",
        discussion: """
            Verifies the case and adds a line to its audit.jsonl: who approves, when, the hashes of the plan, the labels, the scan and the manifest (and through it of every \
            file), signed with an Ed25519 key that 'lamina keys --signing' or 'openssl genpkey -algorithm ed25519' made. Any later change of the case voids it. No other \
            file is touched. Exit codes: 0 signed, 7 a case that was changed, 2 usage, 6 storage.
            """)

    @Argument(help: "A case that 'lamina plan' wrote.", completion: .directory)
    var folder: String

    @Option(help: "Who approves.")
    var by: String

    @Option(help: "The file of the approver's private key: PEM, readable by its owner alone.", completion: .file())
    var key: String

    @OptionGroup var printing: OutputOptions

    func validate() throws {
        guard isOneLine(by), by.count <= 200 else { throw ValidationError("--by takes a name, on one line") }
    }

    func run() throws {
        try runLogged("approve", options: printing) { log in
            let signer = try readSigningKey(key)
            // What is no plan is not to be approved, whatever its audit says.
            let old = try log.stage("verify") { try PlannedCase(at: folder) }
            // What was looked at is what is signed.
            try checkUnchanged(old.verifiedCore)
            try log.stage("sign") { _ = try approveCase(at: folder, by: by, key: signer, laminaVersion: laminaVersion) }
            let approval = try CaseAudit(ofCaseAt: folder).approval
            let trusted: Set = [signer.publicKey]
            let risks = old.plan.screws.compactMap { screw in
                screw.edit?.acceptedRisk.map { "\(screw.level) \(screw.side.rawValue) breaks a rule, accepted because: \($0.reason)" }
            }
            let edits = old.plan.screws.filter { $0.edit != nil }.map {
                "\($0.level) \($0.side.rawValue): \($0.status.rawValue) by a person"
            }
            let warnings = old.plan.warnings.map { "the plan warns (\($0.code)): \($0.message)" }
            let refused = old.plan.screws.count { $0.status == .refused }
            let notes = warnings + edits + risks + (refused > 0 ? ["\(refused) pedicles of this plan are refused and have no screw"] : [])
            var outcome = CommandOutcome(output: folder)
            outcome.approval = approval.summary(trusted: trusted)
            outcome.text = ([approval.sentence(trusted: trusted)] + notes).joined(separator: "\n")
            return outcome
        }
    }
}

/// - Throws: `CommandFailure` for what is no key, and for a key that others can read.
private func readSigningKey(_ path: String) throws -> SigningKey {
    func refusal(_ exit: CommandExit, _ code: String, _ what: String, _ remedy: String?) -> CommandFailure {
        CommandFailure(exit, code: code, what: "\(path): \(what)", place: "--key", remedy: remedy)
    }
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, let data = FileManager.default.contents(atPath: path) else {
        throw refusal(.storage, "unreadable", "the key cannot be read", nil)
    }
    guard status.st_mode & 0o077 == 0 else {
        throw refusal(.usage, "key_not_secret", "others can read this key, so anybody may have signed with it", "chmod 600 \(path)")
    }
    do {
        return try SigningKey(pem: data)
    } catch {
        throw refusal(.usage, "bad_key", "\(error)", "Make one: lamina keys FOLDER --signing NAME")
    }
}
