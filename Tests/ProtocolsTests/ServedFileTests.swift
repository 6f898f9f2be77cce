import Foundation
import Testing

@testable import Protocols

struct ServedFileTests {
    private func decoded(name: String, bytes: Int = 1) throws -> ServedFile {
        let file = ServedFile(name: name, mediaType: "model/gltf-binary", bytes: bytes, sha256: String(repeating: "0", count: 64))
        return try decodedInput(ServedFile.self, from: encodedJSON(file), file: "file")
    }

    @Test(arguments: ["plan.json", "meshes/T12.glb", "screws/T12_left.glb"])
    func namesOfFilesAreTaken(_ name: String) throws { #expect(try decoded(name: name).name == name) }

    @Test func aScrewsStatusGoesAlong() throws {
        let screw = ServedFile(
            name: "screws/T12_left.glb", mediaType: "model/gltf-binary", bytes: 1, sha256: String(repeating: "0", count: 64),
            status: "risk_accepted")
        #expect(try decodedInput(ServedFile.self, from: encodedJSON(screw), file: "file") == screw)
    }

    /// Such a name, joined to a folder, would lead out of it or name something hidden.
    @Test(arguments: [
        "../plan.json", "/plan.json", "a/../b.glb", "a/b/c.glb", ".hidden", "plan", "a\\b.glb", "plan.json\0", "", "a//b.glb", "é.glb",
    ])
    func namesThatLeadElsewhereAreRefused(_ name: String) {
        #expect(throws: WireFileError.self) { try decoded(name: name) }
    }

    @Test(arguments: [0, -1, greatestServedBytes + 1])
    func sizesOutOfBoundsAreRefused(_ bytes: Int) {
        #expect(throws: WireFileError.self) { try decoded(name: "plan.json", bytes: bytes) }
    }
}
