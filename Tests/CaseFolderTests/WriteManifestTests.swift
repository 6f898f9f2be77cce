import Foundation
import Protocols
import Testing

@testable import CaseFolder

struct WriteManifestTests {
    @Test func aFolderThatGrewInPlaceIsKnownByItsManifest() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("grown-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data("a line\n".utf8).write(to: URL(fileURLWithPath: folder + "/recording.jsonl"))
        let manifest = Manifest(
            laminaVersion: "0", arguments: ["lamina"], exit: .ok, startedAt: Date(), finishedAt: Date(), engines: [:], parameters: [:],
            inputs: [], stages: [], warnings: [])
        try writeManifest(manifest, into: folder)
        #expect(try verifyCase(at: folder).manifest.outputs.map(\.path) == ["recording.jsonl"])
        try Data("a lime\n".utf8).write(to: URL(fileURLWithPath: folder + "/recording.jsonl"))
        #expect(throws: CaseFolderError.self) { try verifyCase(at: folder) }
    }
}
