import CAssimpShim
import Foundation

// The only importer of the Assimp shim.

/// A mesh as files hold it: single precision, named.
struct FilePart {
    var name: String
    var positions: [Float]
    var indices: [UInt32]
}

/// The bytes of a file with these parts. `format` is Assimp's export id.
func assimpBytes(of parts: [FilePart], format: String) throws -> Data {
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message = [CChar](repeating: 0, count: 512)
    let status = withParts(parts[...]) { assimp_shim_export($0.baseAddress, $0.count, format, &bytes, &count, &message, message.count) }
    defer { assimp_shim_free(bytes) }
    guard status == 0, let bytes else { throw MeshError.exportFailed(reason: text(message)) }
    return Data(bytes: bytes, count: count)
}

/// The mesh in a file's bytes. `fileExtension` says which format it is.
func assimpMesh(in bytes: Data, fileExtension: String) throws -> FilePart {
    var mesh = assimp_shim_mesh()
    var message = [CChar](repeating: 0, count: 512)
    let status = bytes.withUnsafeBytes { raw in
        assimp_shim_import(
            raw.bindMemory(to: UInt8.self).baseAddress, raw.count, fileExtension, &mesh, &message, message.count)
    }
    defer { assimp_shim_free_mesh(&mesh) }
    guard status == 0 else { throw MeshError.importFailed(reason: text(message)) }
    return FilePart(
        name: "", positions: Array(UnsafeBufferPointer(start: mesh.positions, count: 3 * mesh.vertex_count)),
        indices: Array(UnsafeBufferPointer(start: mesh.indices, count: 3 * mesh.triangle_count)))
}

private func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Calls `body` with the parts as the shim wants them; their pointers are good during the call.
private func withParts(
    _ parts: ArraySlice<FilePart>, _ done: [assimp_shim_part] = [], _ body: (UnsafeBufferPointer<assimp_shim_part>) -> Int32
) -> Int32 {
    guard let part = parts.first else { return done.withUnsafeBufferPointer(body) }
    return part.name.withCString { name in
        part.positions.withUnsafeBufferPointer { positions in
            part.indices.withUnsafeBufferPointer { indices in
                let c = assimp_shim_part(
                    name: name, positions: positions.baseAddress, vertex_count: positions.count / 3, indices: indices.baseAddress,
                    triangle_count: indices.count / 3)
                return withParts(parts.dropFirst(), done + [c], body)
            }
        }
    }
}
