import Foundation
import Frames
import TestSupport
import Testing

@testable import Meshes

/// A solid with no symmetry: a tall wedge whose apex lies to the left (+x), front (-y) and top (+z).
private let wedge = TriangleMesh<Patient>(
    vertices: [SIMD3(-120.5, 80.25, -900.125), SIMD3(-80, 85, -905), SIMD3(-118, 120, -903), SIMD3(-60.1, 70.7, -801.3)],
    triangles: [SIMD3(0, 2, 1), SIMD3(0, 1, 3), SIMD3(0, 3, 2), SIMD3(1, 2, 3)])

private func inTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "lamina-mesh-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
}

@Suite struct MeshFileTests {
    /// Each corner comes back at its own place: left stays left, and GLB's metres become millimetres again.
    @Test(arguments: MeshFormat.allCases)
    func roundTripKeepsSides(format: MeshFormat) throws {
        try inTemporaryFolder { folder in
            let path = "\(folder)/T12.\(format.rawValue)"
            try writeMesh(wedge, to: path)
            let back = try readMesh(at: path)
            #expect(back.vertices.count == 4 && back.triangles.count == 4)
            for vertex in wedge.vertices {
                // Single precision at 1000 mm steps by 6e-5 mm; OBJ and metres add a rounding each.
                #expect(back.vertices.contains { ($0 - vertex).length < 2e-4 }, "\(vertex)")
            }
            #expect(abs(back.volume / wedge.volume - 1) < 1e-4)
            #expect(back.topology.isClosedManifold)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["T12.\(format.rawValue)"])
        }
    }

    @Test(arguments: MeshFormat.allCases)
    func sameMeshSameBytes(format: MeshFormat) throws {
        let part = NamedMesh(name: "L1", mesh: wedge)
        #expect(try meshBytes([part], format: format) == meshBytes([part], format: format))
    }

    @Test func stlSaysItsSpace() throws {
        let bytes = try meshBytes([NamedMesh(name: "L1", mesh: wedge)], format: .stl)
        let header = String(decoding: bytes.prefix(80), as: UTF8.self)
        #expect(header.contains("SPACE=LPS") && header.contains("UNIT=mm") && !header.hasPrefix("solid"))
        #expect(bytes.count == 84 + 50 * 4)
        // The first facet's normal: unit length, along the cross product of its sides.
        let normal = bytes.withUnsafeBytes { raw in
            SIMD3<Double>(SIMD3((0..<3).map { raw.loadUnaligned(fromByteOffset: 84 + 4 * $0, as: Float.self) }))
        }
        #expect(abs(normal.length - 1) < 1e-6)
    }

    @Test func rasFileIsTurned() throws {
        try inTemporaryFolder { folder in
            var bytes = try meshBytes([NamedMesh(name: "L1", mesh: wedge)], format: .stl)
            let at = try #require(bytes.range(of: Data("SPACE=LPS".utf8)))
            bytes.replaceSubrange(at, with: Data("SPACE=RAS".utf8))
            try bytes.write(to: URL(fileURLWithPath: "\(folder)/a.stl"))
            let back = try readMesh(at: "\(folder)/a.stl")
            #expect(back.vertices.contains { ($0 - SIMD3(60.1, -70.7, -801.3)).length < 1e-3 })
            #expect(back.volume > 0)
        }
    }

    /// A file cut short, or that promises more than it holds, is refused before anything is allocated for it.
    @Test(arguments: MeshFormat.allCases)
    func brokenFilesAreRefused(format: MeshFormat) throws {
        try inTemporaryFolder { folder in
            let whole = try meshBytes([NamedMesh(name: "L1", mesh: wedge)], format: format)
            let path = "\(folder)/a.\(format.rawValue)"
            for count in [0, 10, 60, 84, whole.count / 2] + (format == .obj ? [] : [whole.count - 1]) {
                try whole.prefix(count).write(to: URL(fileURLWithPath: path))
                // Half an OBJ is a sound file of fewer lines; it must not crash, and has no triangles.
                #expect(throws: MeshError.self, "\(count) bytes") { try readMesh(at: path) }
            }
        }
    }

    @Test(arguments: ["ply\nformat ascii 1.0\ncomment x", "ply\nformat ascii 1.0\nelement vertex 99999999999999\nend_header\n"])
    func plyWhoseHeaderCannotBeTrustedIsRefused(text: String) throws {
        try inTemporaryFolder { folder in
            let path = folder + "/a.ply"
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: MeshError.self) { try readMesh(at: path) }
            #expect(error?.description.contains("header") == true)
        }
    }

    @Test func stlThatPromisesTooMuchIsRefused() throws {
        try inTemporaryFolder { folder in
            var bytes = try meshBytes([NamedMesh(name: "L1", mesh: wedge)], format: .stl)
            bytes.replaceSubrange(80..<84, with: [0xFF, 0xFF, 0xFF, 0xFF])
            try bytes.write(to: URL(fileURLWithPath: "\(folder)/a.stl"))
            let error = #expect(throws: MeshError.self) { try readMesh(at: "\(folder)/a.stl") }
            #expect(error?.description.contains("promises 4294967295 triangles") == true)
        }
    }

    @Test func otherEndingsAndBadCoordinatesAreRefused() throws {
        #expect(throws: MeshError.unknownFormat(path: "a.vtk")) { try writeMesh(wedge, to: "a.vtk") }
        #expect(throws: MeshError.unknownFormat(path: "stl")) { try readMesh(at: "stl") }
        var broken = wedge
        broken.vertices[2].y = .nan
        #expect(throws: MeshError.self) { try meshBytes([NamedMesh(name: "L1", mesh: broken)], format: .stl) }
        #expect(throws: MeshError.emptySurface) { try meshBytes([], format: .stl) }
        let error = #expect(throws: MeshError.self) { try writeMesh(wedge, to: "/no such folder/a.stl") }
        #expect(error?.description.contains("No such file") == true)
    }
}
