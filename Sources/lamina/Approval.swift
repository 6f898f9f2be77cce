import CaseFolder
import Digests
import Foundation
import Protocols
import Signatures

extension CaseApproval {
    /// In words that are as clear about what is not known: a signature by a key that nobody named says only that somebody signed.
    func sentence(trusted: Set<PublicKey>) -> String {
        switch self {
        case .none: return "NOT APPROVED: nobody has approved this plan"
        case .void(let approvals):
            return "NOT APPROVED, THE APPROVAL IS VOID: approved by \(names(of: approvals)), and the plan has changed since"
        case .approved(let approvals):
            let signatures = approvals.map { entry in
                let key = entry.key.map {
                    trusted.contains($0)
                        ? "a trusted key" : "key \(keySHA256(of: $0).prefix(16)), which was not compared with a trusted one"
                }
                return "\u{201C}\(entry.by ?? "")\u{201D} on \(entry.time.formatted(.iso8601)) with \(key ?? "no key")"
            }
            return "Approved by " + signatures.joined(separator: "; by ")
        }
    }

    func summary(trusted: Set<PublicKey>) -> ApprovalSummary {
        func signatures(_ approvals: [AuditEntry]) -> [ApprovalSummary.Signature] {
            approvals.compactMap { entry in
                entry.key.map {
                    ApprovalSummary.Signature(
                        by: entry.by ?? "", time: entry.time, keySHA256: keySHA256(of: $0), isTrusted: trusted.contains($0))
                }
            }
        }
        switch self {
        case .none: return ApprovalSummary(state: .notApproved, signatures: [])
        case .void(let approvals): return ApprovalSummary(state: .void, signatures: signatures(approvals))
        case .approved(let approvals): return ApprovalSummary(state: .approved, signatures: signatures(approvals))
        }
    }

    /// - Throws: `CommandFailure` where the plan is not approved as it stands, or by none of the trusted keys where some are named.
    func require(trusted: Set<PublicKey>, place: String) throws {
        guard case .approved(let approvals) = self else {
            throw CommandFailure(
                .integrity, code: isVoid ? voidApproval : "not_approved", what: sentence(trusted: trusted), place: place,
                remedy: "Have it approved: lamina approve \(place) --by NAME --key KEYFILE")
        }
        guard trusted.isEmpty || approvals.contains(where: { $0.key.map(trusted.contains) ?? false }) else {
            throw CommandFailure(
                .integrity, code: "not_trusted_key",
                what: "\(sentence(trusted: trusted)). None of the signatures is by a key that is trusted here",
                place: place, remedy: "Compare the keys, or have it approved by one whose key is trusted")
        }
    }

    var isVoid: Bool { if case .void = self { true } else { false } }
    var isApproved: Bool { if case .approved = self { true } else { false } }

    private func names(of approvals: [AuditEntry]) -> String { approvals.compactMap(\.by).joined(separator: ", ") }
}

/// Whether a case is approved, as far as its audit can be believed now.
func approvalAsRead(ofCaseAt folder: String) -> CheckedApproval {
    do {
        let approval = try existingAudit(ofCaseAt: folder)?.approval ?? .none
        return CheckedApproval(text: approval.sentence(trusted: []), summary: approval.summary(trusted: []))
    } catch {
        return CheckedApproval(text: "NOT APPROVED: \(error)", summary: CaseApproval.none.summary(trusted: []))
    }
}

func keySHA256(of key: PublicKey) -> String { sha256(of: key.der) }

/// Reads the public key of one who may approve.
///
/// - Throws: `CommandFailure`.
func readPublicKey(_ path: String, option: String) throws -> PublicKey {
    guard let data = FileManager.default.contents(atPath: path) else {
        throw CommandFailure(
            .storage, code: "unreadable", what: "\(path): the key cannot be read", place: option, remedy: "Write \(option)=KEY.pub")
    }
    do {
        return try PublicKey(pem: data)
    } catch {
        throw CommandFailure(
            .usage, code: "bad_key", what: "\(path): \(error)", place: option, remedy: "Pass the NAME.pub that 'lamina keys --signing' made"
        )
    }
}
