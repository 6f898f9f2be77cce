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

/// The manifest of a case of which every file is as it was written: none changed, missing or added.
///
/// - Throws: `CaseFolderError.tampered` for the first file (by path) that is not; `.unreadableManifest`; `.system`.
/// - Complexity: O(bytes of the case).
@discardableResult
public func verifyCase(at folder: String) throws -> Manifest {
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
    let listed = Set(manifest.outputs.map { folder + "/" + $0.path } + [folder + "/" + Manifest.fileName])
    if let added = present.subtracting(listed).min() {
        throw CaseFolderError.tampered(path: added, finding: .unlisted)
    }
    return manifest
}

/// Whether a path is a folder that holds a case manifest.
public func isCaseFolder(_ path: String) -> Bool { access(path + "/" + Manifest.fileName, F_OK) == 0 }
