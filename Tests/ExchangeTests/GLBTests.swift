import Foundation
import Frames
import Protocols
import Testing

@testable import Exchange

@Suite struct GLBTests {
    private func words(_ bytes: Data) -> [UInt32] {
        bytes.withUnsafeBytes { raw in stride(from: 0, to: raw.count, by: 4).map { raw.loadUnaligned(fromByteOffset: $0, as: UInt32.self) }
        }
    }

    @Test func containerIsWhole() throws {
        let bytes = try glbBytes(of: exampleCase())
        let head = words(bytes.prefix(20))
        #expect(head[0] == 0x4654_6C67 && head[1] == 2 && Int(head[2]) == bytes.count && head[4] == 0x4E4F_534A)
        let buffer = words(bytes[(20 + Int(head[3]))...].prefix(8))
        #expect(buffer[1] == 0x004E_4942 && 28 + Int(head[3]) + Int(buffer[0]) == bytes.count && bytes.count % 4 == 0)
        #expect(try bytes == glbBytes(of: exampleCase()))
    }

    @Test func saysWhatItIs() throws {
        let bytes = try glbBytes(of: exampleCase())
        let text = bytes[20..<(20 + Int(words(bytes.prefix(16))[3]))]
        guard case .object(let document) = try decodedJSON(JSONValue.self, from: text), case .object(let asset) = document["asset"],
            case .object(let extras) = asset["extras"], case .array(let nodes) = document["nodes"]
        else {
            Issue.record("no asset")
            return
        }
        #expect(asset["generator"] == .string("lamina 0.0.0") && extras["refused"] == .array([.string("L4_right")]))
        #expect(extras["plan_sha256"] == .string(exampleCase().planSHA256))
        // Children come before their parents.
        let names = nodes.map { node -> JSONValue? in if case .object(let fields) = node { fields["name"] } else { nil } }
        #expect(names == ["L4_left", "L4", "L5", "spine_LPS"].map { .string($0) })
    }

    @Test func refusesWhatIsNoNumber() throws {
        var exported = exampleCase()
        exported.vertebrae[0].mesh.vertices[2].y = .nan
        #expect(throws: ExchangeError.notFinite(part: "L4")) { try glbBytes(of: exported) }
    }
}
