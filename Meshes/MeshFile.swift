import Foundation
import Frames

/// A mesh with the name of its part in a file, such as "T12".
public struct NamedMesh: Sendable {
    public let name: String
    public let mesh: TriangleMesh<Patient>

    public init(name: String, mesh: TriangleMesh<Patient>) {
        self.name = name
        self.mesh = mesh
    }
}

/// Writes meshes to one file, in the format that its ending names (stl, ply, obj, glb): whole or not at all.
///
/// Coordinates are rounded to single precision. The same meshes give the same bytes. STL and PLY hold all parts as one mesh.
/// - Throws: `MeshError` for another ending, a coordinate that is not finite, or a file that cannot be written.
public func writeMeshes(_ parts: [NamedMesh], to path: String) throws {
    guard let format = MeshFormat(path: path) else { throw MeshError.unknownFormat(path: path) }
    try writeAtomically(try meshBytes(parts, format: format), to: path)
}

/// Writes one mesh; see `writeMeshes`.
public func writeMesh(_ mesh: TriangleMesh<Patient>, to path: String) throws {
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    try writeMeshes([NamedMesh(name: name, mesh: mesh)], to: path)
}

/// The bytes of a mesh file.
public func meshBytes(_ parts: [NamedMesh], format: MeshFormat) throws -> Data {
    guard parts.contains(where: { !$0.mesh.triangles.isEmpty }) else { throw MeshError.emptySurface }
    // An STL has no names and a PLY no parts: one mesh keeps Assimp from renaming or reordering.
    let merged = format == .stl || format == .ply ? [NamedMesh(name: "mesh", mesh: .joined(parts.map(\.mesh)))] : parts
    var bytes = try assimpBytes(of: try merged.map { try filePart($0, format: format) }, format: format.assimpExporter)
    switch format {
    case .stl: try finishSTL(&bytes)
    case .ply: insert("comment SPACE=LPS\ncomment UNIT=mm\n", into: &bytes, afterLineOf: "format ")
    case .obj: bytes.insert(contentsOf: Array("# SPACE=LPS\n# UNIT=mm\n".utf8), at: 0)
    case .glb: break
    }
    return bytes
}

private func filePart(_ part: NamedMesh, format: MeshFormat) throws -> FilePart {
    var positions: [Float] = []
    positions.reserveCapacity(3 * part.mesh.vertices.count)
    for vertex in part.mesh.vertices {
        let p = SIMD3<Float>(vertex / format.millimetresPerUnit)
        guard p.x.isFinite, p.y.isFinite, p.z.isFinite else { throw MeshError.notFinite(part: part.name) }
        positions += [p.x, p.y, p.z]
    }
    return FilePart(name: part.name, positions: positions, indices: part.mesh.triangles.flatMap { [$0.x, $0.y, $0.z] })
}

private func insert(_ text: String, into bytes: inout Data, afterLineOf start: String) {
    guard let line = bytes.range(of: Data(start.utf8)), let end = bytes[line.upperBound...].firstIndex(of: 0x0A) else { return }
    bytes.insert(contentsOf: Array(text.utf8), at: end + 1)
}

/// The mesh in a file, all parts as one, in LPS millimetres; vertices at the same place are joined.
///
/// An STL, PLY or OBJ that says "SPACE=RAS" is turned to LPS; without such a word LPS is taken. GLB is in metres by definition.
/// - Throws: `MeshError` for another ending, a file that cannot be read, whose size does not fit its contents, that holds no
///   triangles or a coordinate that is not finite.
public func readMesh(at path: String) throws -> TriangleMesh<Patient> {
    guard let format = MeshFormat(path: path) else { throw MeshError.unknownFormat(path: path) }
    let bytes: Data
    do { bytes = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
        throw MeshError.cannotRead(path: path, reason: error.localizedDescription)
    }
    try checkSize(of: bytes, format: format, path: path)
    let part: FilePart
    do { part = try assimpMesh(in: bytes, fileExtension: format.rawValue) } catch MeshError.importFailed(let reason) {
        throw MeshError.cannotRead(path: path, reason: reason)
    }
    guard !part.indices.isEmpty else { throw MeshError.cannotRead(path: path, reason: "it holds no triangles") }
    guard part.positions.allSatisfy(\.isFinite) else { throw MeshError.cannotRead(path: path, reason: "a coordinate is not finite") }
    let isRAS = format != .glb && bytes.prefix(1000).range(of: Data("SPACE=RAS".utf8)) != nil
    let scale = format.millimetresPerUnit * (isRAS ? SIMD3(-1, -1, 1) : SIMD3(1, 1, 1))
    return TriangleMesh(
        vertices: stride(from: 0, to: part.positions.count, by: 3).map {
            scale * SIMD3(Double(part.positions[$0]), Double(part.positions[$0 + 1]), Double(part.positions[$0 + 2]))
        },
        triangles: stride(from: 0, to: part.indices.count, by: 3).map {
            SIMD3(part.indices[$0], part.indices[$0 + 1], part.indices[$0 + 2])
        })
}

/// Refuses a file whose header promises more than it holds, before anything is allocated for it.
private func checkSize(of bytes: Data, format: MeshFormat, path: String) throws {
    switch format {
    case .stl where !isTextSTL(bytes):
        guard let count = binarySTLCount(bytes) else {
            throw MeshError.cannotRead(path: path, reason: "\(bytes.count) bytes are too few for an STL file")
        }
        guard bytes.count == 84 + 50 * count else {
            throw MeshError.cannotRead(
                path: path, reason: "its header promises \(count) triangles (\(84 + 50 * count) bytes) but it has \(bytes.count) bytes")
        }
    case .glb:
        guard bytes.count >= 20, bytes.starts(with: Array("glTF".utf8)) else {
            throw MeshError.cannotRead(path: path, reason: "it is not binary glTF")
        }
        let stated = bytes.withUnsafeBytes { Int(UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt32.self))) }
        guard stated == bytes.count else {
            throw MeshError.cannotRead(path: path, reason: "its header promises \(stated) bytes but it has \(bytes.count)")
        }
    case .ply where bytes.range(of: Data("end_header".utf8)) == nil:
        // Assimp would look for it for ever, beyond the end of the file.
        throw MeshError.cannotRead(path: path, reason: "its header does not end")
    default: break
    }
}
