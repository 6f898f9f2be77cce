import CaseFolder
import Foundation
import Frames
import ImageFiles
import Meshes
import Volumes

/// Files of other modules, written into a case. Whatever the disk answers comes back as one kind of error, `CaseFolderError.system`, so that a
/// full disk reads the same wherever it is met.
extension CaseDraft {
    /// Writes a mesh in the format that the ending names.
    ///
    /// - Throws: `MeshError` for a mesh that cannot be encoded; `CaseFolderError.system`.
    func write(_ mesh: TriangleMesh<Patient>, to relative: String) throws {
        guard let format = MeshFormat(path: relative) else { throw MeshError.unknownFormat(path: relative) }
        try writeDurably(meshBytes([NamedMesh(name: partName(relative), mesh: mesh)], format: format), to: path(relative))
    }

    func write(_ ct: CTVolume, to relative: String) throws { try reportingTheDisk(path(relative)) { try writeNIfTI(ct, to: $0) } }

    func write(_ labels: LabelVolume, to relative: String) throws {
        try reportingTheDisk(path(relative)) { try writeNIfTI(labels, to: $0) }
    }

    func write(_ data: Data, to relative: String) throws { try writeDurably(data, to: path(relative)) }
}

/// Turns what the disk answered while an image was written at `path` into the error of a case's files.
func reportingTheDisk(_ path: String, _ write: (String) throws -> Void) throws {
    do {
        try write(path)
    } catch ImageFileError.writeFailed(_, let code) {
        throw CaseFolderError.system(action: "write", path: path, errno: code)
    }
}

/// "T12" for "meshes/T12.stl".
private func partName(_ relative: String) -> String {
    ((relative as NSString).lastPathComponent as NSString).deletingPathExtension
}
