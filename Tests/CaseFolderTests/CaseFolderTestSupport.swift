import CaseFolder
import Foundation
import Protocols

/// A manifest with nothing but what every manifest needs.
func plainManifest(_ name: String = "test") -> Manifest {
    Manifest(
        laminaVersion: "0.0.0", arguments: [name], exit: .ok, startedAt: Date(timeIntervalSince1970: 0),
        finishedAt: Date(timeIntervalSince1970: 1), engines: [:], parameters: [:], inputs: [], stages: [], warnings: [])
}

/// Writes a case of two small files.
func writeSmallCase(at target: String, text: String = "hello", replacing: Bool = false) throws {
    try writeCase(at: target, replacing: replacing) { draft in
        try Data(text.utf8).write(to: URL(fileURLWithPath: draft.path("plan.json")))
        try Data("solid".utf8).write(to: URL(fileURLWithPath: draft.path("meshes/T12.stl")))
        return plainManifest(text)
    }
}

/// Names in a folder, hidden ones too, sorted.
func names(in folder: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
