import Foundation
import Testing

@testable import Meshes

@Suite struct PLYHeaderTests {
    /// One vertex of three floats and one triangle: 12 bytes and 13.
    private func file(format: String, faces: Int = 1, count: [UInt8] = [3], body: Int = 12) -> Data {
        let header = """
            ply
            format \(format) 1.0
            comment SPACE=LPS
            element vertex 1
            property float x
            property float y
            property float z
            element face \(faces)
            property list uchar int vertex_indices
            end_header

            """
        return Data(header.utf8) + Data(count: 12) + Data(count) + Data(count: body)
    }

    @Test(arguments: ["binary_little_endian", "binary_big_endian"])
    func wholeBinaryBodies(format: String) throws {
        let bytes = file(format: format)
        let header = try #require(PLYHeader(bytes))
        #expect(header.elements.map(\.count) == [1, 1])
        #expect(header.elements[1].properties == [.list(countBytes: 1, itemBytes: 4)])
        #expect(header.isWhole(bytes))
        #expect(!header.isWhole(bytes.dropLast()))
        // A slice does not begin at index 0.
        let slice = (Data([1, 2, 3]) + bytes).dropFirst(3)
        #expect(PLYHeader(slice)?.isWhole(slice) == true)
    }

    @Test func promisesAreCounted() throws {
        for bytes in [
            file(format: "binary_little_endian", faces: 2), file(format: "binary_little_endian", faces: Int.max),
            file(format: "binary_little_endian", count: [255]), file(format: "ascii", faces: 99),
        ] { #expect(PLYHeader(bytes)?.isWhole(bytes) == false) }
    }

    @Test func textHasALineAnElement() throws {
        let bytes = Data("ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\nend_header\n1\n2\n".utf8)
        #expect(PLYHeader(bytes)?.isWhole(bytes) == true)
        #expect(PLYHeader(bytes)?.isWhole(bytes.dropLast(2)) == false)
    }

    @Test(arguments: [
        "", "ply\nformat ascii 1.0\nelement vertex 1\n", "ply\nelement vertex 1\nend_header\n",
        "ply\nformat ascii 1.0\nelement vertex -1\nend_header\n",
        "ply\nformat ascii 1.0\nproperty float x\nend_header\n", "ply\nformat ascii 1.0\nelement a 1\nproperty quaternion q\nend_header\n",
        "ply\nformat ascii 1.0\nelement a 1\nproperty list double int q\nend_header\n",
    ])
    func unsoundHeadersAreRefused(text: String) { #expect(PLYHeader(Data(text.utf8)) == nil) }

    /// An element without properties takes no bytes, so any number of them would be "there".
    @Test func emptyElementsAreRefused() throws {
        let bytes = Data("ply\nformat binary_little_endian 1.0\nelement a 9000000000000000000\nend_header\n".utf8)
        #expect(PLYHeader(bytes)?.isWhole(bytes) == false)
    }
}
