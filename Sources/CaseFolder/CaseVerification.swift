import Digests
import Foundation
import Protocols

/// The manifest of a case.
///
/// - Throws: `CaseFolderError.unreadableManifest`.
public func readManifest(ofCaseAt folder: String) throws -> Manifest {
    let path = folder + "/" + Manifest.fileName
    guard let data = FileManager.default.contents(atPath: path) else {
        throw CaseFolderError.unreadableManifest(path: path, reason: "there is no such file")
    }
    let manifest: Manifest
    do {
        manifest = try decodedJSON(Manifest.self, from: data)
    } catch {
        throw CaseFolderError.unreadableManifest(path: path, reason: "it does not hold the fields of \(Manifest.schemaName)")
    }
    guard manifest.schema == Manifest.schemaName, manifest.schemaVersion.hasPrefix(Manifest.majorVersion) else {
        throw CaseFolderError.unreadableManifest(
            path: path, reason: "schema \(manifest.schema) \(manifest.schemaVersion) is not known here")
    }
    return manifest
}

/// A case of which every file is as it was written.
public struct VerifiedCase: Sendable {
    public let manifest: Manifest
    /// Nil for a folder that keeps none.
    public let audit: CaseAudit?

    public var approval: CaseApproval { audit?.approval ?? .none }
}

/// Checks that every file of a case is as it was written: none changed, missing or added, and the audit a whole chain that ends in this very manifest.
///
/// - Throws: `CaseFolderError.auditChanged`; `.tampered` for the manifest, or for the first other file (by path) that is not as it was; `.unreadableManifest`;
///   `.system`.
/// - Complexity: O(bytes of the case).
@discardableResult
public func verifyCase(at folder: String) throws -> VerifiedCase {
    let audit = try auditOfManifest(at: folder)
    let manifest = try readManifest(ofCaseAt: folder)
    let present = Set(try filePaths(under: folder))
    for record in manifest.outputs {
        let path = folder + "/" + record.path
        // Only what lies below the folder counts, so a record cannot point elsewhere.
        guard present.contains(path) else { throw CaseFolderError.tampered(path: path, finding: .missing) }
        // A pipe in a file's place would be waited for.
        guard fileKind(of: path, following: true) == S_IFREG else { throw CaseFolderError.tampered(path: path, finding: .changed) }
        let found = try fingerprint(ofFileAt: path)
        guard found.sha256 == record.sha256, found.bytes == record.bytes else {
            throw CaseFolderError.tampered(path: path, finding: .changed)
        }
    }
    let unhashed = [Manifest.fileName, manifest.auditFile].compactMap(\.self)
    let listed = Set((manifest.outputs.map(\.path) + unhashed).map { folder + "/" + $0 })
    if let added = present.subtracting(listed).min() {
        throw CaseFolderError.tampered(path: added, finding: .unlisted)
    }
    return VerifiedCase(manifest: manifest, audit: audit)
}

/// The audit that a case's manifest promises, once its last line is known to be of that manifest; nil for a folder that keeps none.
///
/// A manifest that was changed may promise none any more, so an audit that is there is asked first.
private func auditOfManifest(at folder: String) throws -> CaseAudit? {
    let hasAudit = fileKind(of: folder + "/" + CaseAudit.fileName, following: false) != nil
    guard let bytes = FileManager.default.contents(atPath: folder + "/" + Manifest.fileName) else { return nil }
    guard hasAudit else {
        guard try readManifest(ofCaseAt: folder).auditFile == nil else {
            throw CaseFolderError.tampered(path: folder + "/" + CaseAudit.fileName, finding: .missing)
        }
        return nil
    }
    let audit = try CaseAudit(ofCaseAt: folder)
    guard audit.entries.last?.manifestSHA256 == sha256(of: bytes) else {
        throw CaseFolderError.tampered(path: folder + "/" + Manifest.fileName, finding: .changed)
    }
    return audit
}

/// Whether a path is a folder that holds a case manifest.
public func isCaseFolder(_ path: String) -> Bool { access(path + "/" + Manifest.fileName, F_OK) == 0 }
