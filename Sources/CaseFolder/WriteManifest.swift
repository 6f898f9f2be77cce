import Foundation
import Protocols

/// Brings a folder's files to the disk and lists every one with its hash in manifest.json, which is written last: from then on `verifyCase` knows the folder. For one that
/// grew in place, such as a recording; a case is written by `writeCase`.
///
/// - Throws: `CaseFolderError.system`.
public func writeManifest(_ manifest: Manifest, into folder: String) throws {
    try writeOutputFile(encodedJSON(manifest.listingFiles(of: folder)), to: folder + "/" + Manifest.fileName, replacing: false)
}

extension Manifest {
    /// Brings a folder's files to the disk, and lists them.
    ///
    /// - Throws: `CaseFolderError.system`.
    func listingFiles(of folder: String) throws -> Manifest {
        var manifest = self
        let files = try filePaths(under: folder)
        for file in files { try synchronize(file) }
        manifest.outputs = try files.map { file in
            FileRecord(path: String(file.dropFirst(folder.count + 1)), fingerprint: try fingerprint(ofFileAt: file))
        }
        return manifest
    }
}
