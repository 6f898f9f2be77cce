import Digests
import Foundation
import Protocols
import Signatures

/// The history of a case: audit.jsonl, which only ever grows. Each line names the hash of the one before, and of the manifest that it left.
public struct CaseAudit: Equatable, Sendable {
    public static let fileName = "audit.jsonl"

    public private(set) var entries: [AuditEntry] = []
    /// The file's bytes.
    private(set) var bytes = Data()
    private var chain = HashChain()

    init() {}

    /// Reads a case's audit and checks the chain and every signature.
    ///
    /// - Throws: `CaseFolderError.auditChanged`, also where there is none.
    public init(ofCaseAt folder: String) throws(CaseFolderError) {
        let path = folder + "/" + CaseAudit.fileName
        guard fileKind(of: path, following: true) == S_IFREG, let bytes = FileManager.default.contents(atPath: path) else {
            throw .tampered(path: path, finding: .missing)
        }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Data($0) }
        guard lines.count > 1, lines.last?.isEmpty == true else { throw .auditChanged(path: path, line: lines.count) }
        for line in lines.dropLast() {
            guard let entry = try? decodedJSON(AuditEntry.self, from: line), entry.schema == "lamina.audit",
                entry.schemaVersion.hasPrefix("1."),
                entry.number == chain.number, entry.previous == chain.previous, entry.isWhole(as: line),
                // An approval is of the case that the line before it left.
                entry.event != .approved || entry.manifestSHA256 == entries.last?.manifestSHA256
            else { throw .auditChanged(path: path, line: entries.count + 1) }
            entries.append(entry)
            chain.add(line)
        }
        self.bytes = bytes
    }

    /// Whether the case as it stands is approved.
    public var approval: CaseApproval {
        var (standing, void) = ([AuditEntry](), [AuditEntry]())
        for entry in entries {
            if entry.event == .approved {
                standing.append(entry)
            } else if !standing.isEmpty {
                // Whatever else was done to the case, it is another one since.
                (standing, void) = ([], standing)
            }
        }
        if !standing.isEmpty { return .approved(standing) }
        return void.isEmpty ? .none : .void(void)
    }

    mutating func add(
        _ event: AuditEntry.Event, of manifest: Manifest, bytes manifestBytes: Data, laminaVersion: String, changes: [String] = [],
        by: String? = nil, key: SigningKey? = nil
    ) throws {
        let entry = try AuditEntry(
            event, after: chain, of: manifest, bytes: manifestBytes, laminaVersion: laminaVersion, changes: changes, by: by, key: key)
        let line = try entry.line()
        entries.append(entry)
        bytes += line + [UInt8(ascii: "\n")]
        chain.add(line)
    }
}

/// Whether a plan is approved as it stands.
public enum CaseApproval: Equatable, Sendable {
    /// Nobody has approved it.
    case none
    /// By at least one, each signed.
    case approved([AuditEntry])
    /// It was approved and has changed since.
    case void([AuditEntry])
}

/// What is done to a case, for its audit.
public struct CaseEvent: Sendable {
    public let event: AuditEntry.Event
    /// Sentences.
    public let changes: [String]

    public init(_ event: AuditEntry.Event, changes: [String] = []) { (self.event, self.changes) = (event, changes) }
}

/// The audit of the case at a path; nil where no case with an audit is.
///
/// - Throws: `CaseFolderError.auditChanged`, where one is that cannot be believed.
public func existingAudit(ofCaseAt folder: String) throws(CaseFolderError) -> CaseAudit? {
    guard fileKind(of: folder + "/" + CaseAudit.fileName, following: false) != nil else { return nil }
    return try CaseAudit(ofCaseAt: folder)
}

/// The audit of a case that takes the place of the one at `target`: what is there is kept, an approval is voided, and what was done is added.
func continuedAudit(_ done: CaseEvent, at target: String, manifest: Manifest, bytes: Data) throws -> Data {
    var (audit, changes) = (CaseAudit(), done.changes)
    do {
        audit = try existingAudit(ofCaseAt: target) ?? audit
    } catch {
        changes.append("the audit of the case that this one took the place of was damaged, so its history is not here")
    }
    if case .approved(let approved) = audit.approval {
        try audit.add(
            .voided, of: manifest, bytes: bytes, laminaVersion: manifest.laminaVersion,
            changes: ["the plan was \(done.event.rawValue) anew"],
            by: approved.compactMap(\.by).joined(separator: ", "))
    }
    try audit.add(done.event, of: manifest, bytes: bytes, laminaVersion: manifest.laminaVersion, changes: changes)
    return audit.bytes
}

/// Adds a signed approval of a case as it stands to its audit, which is replaced in one step.
///
/// - Parameter by: who approves.
/// - Throws: as `verifyCase`; `CaseFolderError.noAudit` where the folder keeps none; `.system`.
/// - Complexity: O(bytes of the case).
public func approveCase(at folder: String, by: String, key: SigningKey, laminaVersion: String) throws -> AuditEntry {
    let verified = try verifyCase(at: folder)
    guard var audit = verified.audit else { throw CaseFolderError.noAudit(path: folder) }
    let path = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path + "/" + CaseAudit.fileName
    let bytes = FileManager.default.contents(atPath: folder + "/" + Manifest.fileName) ?? Data()
    guard sha256(of: bytes) == audit.entries.last?.manifestSHA256 else {
        throw CaseFolderError.tampered(path: folder + "/" + Manifest.fileName, finding: .changed)
    }
    try audit.add(.approved, of: verified.manifest, bytes: bytes, laminaVersion: laminaVersion, by: by, key: key)
    try replaceFile(at: path, with: audit.bytes)
    return audit.entries.last!
}

/// Whole or not at all: written in a hidden folder beside the case, which the next run for it removes, and renamed.
private func replaceFile(at path: String, with data: Data) throws {
    let folder = (path as NSString).deletingLastPathComponent
    removeAbandonedDrafts(of: folder)
    let (draft, lock) = try makeLockedFolder(for: folder)
    defer {
        removeDraft(draft)
        close(lock)
    }
    let new = draft + "/" + CaseAudit.fileName
    try writeDurably(data, to: new)
    guard rename(new, path) == 0 else { throw CaseFolderError.last("rename the finished file", path) }
    try synchronize(folder)
}
