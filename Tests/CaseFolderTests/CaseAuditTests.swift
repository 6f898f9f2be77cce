import CaseFolder
import Foundation
import Protocols
import Signatures
import TestSupport
import Testing

@Suite struct CaseAuditTests {
    private func write(_ event: AuditEntry.Event, at target: String, text: String = "hello") throws {
        try writeCase(at: target, replacing: true, event: CaseEvent(event, changes: ["a change"])) { draft in
            try Data(text.utf8).write(to: URL(fileURLWithPath: draft.path("plan.json")))
            return plainManifest()
        }
    }

    private func events(_ target: String) throws -> [AuditEntry.Event] { try CaseAudit(ofCaseAt: target).entries.map(\.event) }

    @Test func aChangeVoidsAnApprovalAndANewOneHolds() throws {
        try withTemporaryFolder { folder in
            let (target, key) = (folder + "/case", SigningKey.generated())
            try write(.planned, at: target)
            #expect(try verifyCase(at: target).approval == .none)
            let entry = try approveCase(at: target, by: "A", key: key, laminaVersion: "0")
            #expect(try verifyCase(at: target).approval == .approved([entry]) && entry.key == key.publicKey)
            let second = try approveCase(at: target, by: "B", key: .generated(), laminaVersion: "0")
            #expect(try verifyCase(at: target).approval == .approved([entry, second]))
            try write(.adjusted, at: target, text: "other")
            #expect(try verifyCase(at: target).approval == .void([entry, second]))
            #expect(try CaseAudit(ofCaseAt: target).entries[3].by == "A, B")
            _ = try approveCase(at: target, by: "A", key: key, laminaVersion: "0")
            try write(.planned, at: target)
            #expect(try events(target) == [.planned, .approved, .approved, .voided, .adjusted, .approved, .voided, .planned])
            #expect(try names(in: folder) == ["case"])
        }
    }

    /// A plan whose bytes are those that were approved once is still not approved: somebody changed it in between.
    @Test func whatWasChangedBackIsNotApproved() throws {
        try withTemporaryFolder { folder in
            let target = folder + "/case"
            try write(.planned, at: target)
            _ = try approveCase(at: target, by: "A", key: .generated(), laminaVersion: "0")
            try write(.adjusted, at: target, text: "other")
            try write(.adjusted, at: target)
            guard case .void = try verifyCase(at: target).approval else {
                Issue.record("it must be void")
                return
            }
        }
    }

    /// A case from elsewhere could write a sentence of lamina's own on a terminal.
    @Test func wordsThatATerminalWouldObeyAreRefused() throws {
        try withTemporaryFolder { folder in
            let target = folder + "/case"
            try write(.planned, at: target)
            _ = try approveCase(at: target, by: "A\u{1B}[2K", key: .generated(), laminaVersion: "0")
            #expect(throws: CaseFolderError.auditChanged(path: target + "/audit.jsonl", line: 2)) { try verifyCase(at: target) }
        }
    }

    @Test func aLineTakenOutOrPutInIsFound() throws {
        try withTemporaryFolder { folder in
            let target = folder + "/case"
            let path = target + "/audit.jsonl"
            for event in [AuditEntry.Event.planned, .adjusted, .adjusted] { try write(event, at: target) }
            let whole = try String(contentsOfFile: path, encoding: .utf8)
            let lines = whole.split(separator: "\n").map(String.init)
            func error(_ lines: [String], end: String = "\n") throws -> CaseFolderError? {
                try Data((lines.joined(separator: "\n") + end).utf8).write(to: URL(fileURLWithPath: path))
                do {
                    try verifyCase(at: target)
                    return nil
                } catch { return error as? CaseFolderError }
            }
            #expect(try error(lines) == nil)
            #expect(try error([lines[0], lines[2]]) == .auditChanged(path: path, line: 2))
            #expect(try error([lines[0], lines[1], lines[1], lines[2]]) == .auditChanged(path: path, line: 3))
            #expect(try error([lines[1], lines[2]]) == .auditChanged(path: path, line: 1))
            #expect(try error(lines, end: "") == .auditChanged(path: path, line: 3))
            #expect(try error([], end: "") == .auditChanged(path: path, line: 1))
            // The last line names the manifest, so an older state of the audit does not fit.
            try Data((lines[0] + "\n").utf8).write(to: URL(fileURLWithPath: path))
            #expect(try CaseAudit(ofCaseAt: target).entries.count == 1)
        }
    }

    @Test func aDamagedHistoryIsNotCarriedOn() throws {
        try withTemporaryFolder { folder in
            let target = folder + "/case"
            try write(.planned, at: target)
            try Data("x\n".utf8).write(to: URL(fileURLWithPath: target + "/audit.jsonl"))
            #expect(throws: CaseFolderError.self) { try approveCase(at: target, by: "A", key: .generated(), laminaVersion: "0") }
            try write(.planned, at: target)
            let entries = try CaseAudit(ofCaseAt: target).entries
            #expect(entries.count == 1 && entries[0].changes.contains { $0.contains("damaged") })
        }
    }

    @Test func aFolderWithoutAnAuditHasNothingToApprove() throws {
        try withTemporaryFolder { folder in
            try writeSmallCase(at: folder + "/case")
            #expect(throws: CaseFolderError.noAudit(path: folder + "/case")) {
                try approveCase(at: folder + "/case", by: "A", key: .generated(), laminaVersion: "0")
            }
        }
    }
}
