import ArgumentParser
import CaseFolder
import Foundation
import Protocols
import Signatures

/// Options of every subcommand that uses a plan on a patient, or shows how it would.
///
/// Without them a plan that nobody has approved is used and said to be so, as the demonstration and all development need. A plan whose approval was voided by a later
/// change is the dangerous one, because somebody remembers that it was approved: it is refused unless a person says that this is known.
struct ApprovalOptions: ParsableArguments {
    @Option(
        defaultAsFlag: RequiredApproval.byAnybody, parsing: .next,
        help: "Refuse a plan that is not approved as it stands; with --require-approval=KEY.pub one that this key has not signed.",
        completion: .file())
    var requireApproval: RequiredApproval?

    @Flag(help: "Use a plan that was changed after it was approved.")
    var allowVoidApproval = false

    func validate() throws {
        // The parser takes a name that is empty for none, and so for anybody's approval.
        if CommandLine.arguments.contains("--require-approval=") {
            throw ValidationError("--require-approval= names no key; write --require-approval=KEY.pub")
        }
        if requireApproval != nil, allowVoidApproval {
            throw ValidationError("--require-approval and --allow-void-approval exclude each other")
        }
    }

    /// Says whether the case's plan is approved, and refuses what must not be used.
    ///
    /// - Throws: `CommandFailure`.
    func check(_ approval: CaseApproval, of folder: String, log: RunLog) throws -> CheckedApproval {
        var trusted: [PublicKey] = []
        if case .byKey(let file) = requireApproval { trusted = [try readPublicKey(file, option: "--require-approval")] }
        if requireApproval != nil { try approval.require(trusted: Set(trusted), place: folder) }
        let checked = CheckedApproval(text: approval.sentence(trusted: Set(trusted)), summary: approval.summary(trusted: Set(trusted)))
        guard !approval.isApproved else { return checked }
        if approval.isVoid, !allowVoidApproval {
            throw CommandFailure(
                .integrity, code: voidApproval, what: checked.text, place: folder,
                remedy: "Have it approved again, or pass --allow-void-approval if you know what was changed")
        }
        log.warn(approval.isVoid ? voidApproval : "not_approved", checked.text)
        return checked
    }
}

/// Whose approval a plan must have. An empty name of a key, as an unset variable of a script leaves it, is none of these: it must not let anybody's pass.
enum RequiredApproval: ExpressibleByArgument {
    case byAnybody
    case byKey(file: String)

    init?(argument: String) {
        guard !argument.isEmpty else { return nil }
        self = .byKey(file: argument)
    }
}

/// The code for a plan that was approved and has changed since.
let voidApproval = "approval_void"

/// What a command says of the approval of the plan that it uses.
struct CheckedApproval {
    let text: String
    let summary: ApprovalSummary
}
