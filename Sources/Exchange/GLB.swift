import Foundation
import Protocols

/// The whole case as binary glTF 2.0, in metres, y up; see Protocols/Specification/export.md.
///
/// The same case gives the same bytes.
/// - Throws: `ExchangeError.notFinite`, `.tooLarge`.
public func glbBytes(of exported: ExportedCase) throws -> Data {
    let extras: [String: JSONValue] = [
        "title": .string(exported.title), "notice": .string(exported.notice), "plan_sha256": .string(exported.planSHA256),
        "approval": .string(exported.approval.rawValue),
        "frame": .string("spine_LPS: x left, y back, z head; metres"), "refused": .array(exported.refused.map { .string($0) }),
        "removed": .array(exported.removed.map { .string($0) }),
        "warnings": try JSONValue(exported.warnings),
    ]
    return try glbBytes(of: caseScene(exported.vertebrae), generator: exported.tool, extras: extras)
}

/// Any scene as binary glTF 2.0. Assimp's exporter writes no extras, names itself as the generator and renames nodes, so this is written here.
///
/// - Parameter extras: of the asset.
func glbBytes(of root: SceneNode, generator: String, extras: [String: JSONValue]) throws -> Data {
    var document = GLBDocument()
    let top = try document.add(root)
    let json: [String: JSONValue] = [
        "asset": .object(["version": .string("2.0"), "generator": .string(generator), "extras": .object(extras)]),
        "scene": .integer(0), "scenes": .array([.object(["nodes": .array([.integer(top)])])]),
        "nodes": .array(document.nodes), "meshes": .array(document.meshes), "materials": .array(Appearance.allCases.map(material)),
        "accessors": .array(document.accessors), "bufferViews": .array(document.views),
        "buffers": .array([.object(["byteLength": .integer(document.buffer.count)])]),
    ]
    return try container(json: encodedJSON(JSONValue.object(json), oneLine: true), buffer: document.buffer)
}

/// Header, JSON and buffer; chunks are padded to four bytes.
private func container(json: Data, buffer: Data) throws -> Data {
    func padded(_ data: Data, with byte: UInt8) -> Data { data + Data(repeating: byte, count: (4 - data.count % 4) % 4) }
    let (text, binary) = (padded(json, with: 0x20), padded(buffer, with: 0))
    guard let total = UInt32(exactly: 28 + text.count + binary.count) else { throw ExchangeError.tooLarge(format: "GLB", limit: "4 GiB") }
    var bytes = Data()
    bytes.append(littleEndian: [0x4654_6C67, 2, total, UInt32(text.count), 0x4E4F_534A])
    bytes += text
    bytes.append(littleEndian: [UInt32(binary.count), 0x004E_4942])
    return bytes + binary
}

private func material(_ appearance: Appearance) -> JSONValue {
    // glTF's factors are linear, colours sRGB.
    func linear(_ part: UInt8) -> JSONValue {
        let value = Double(part) / 255
        let factor = value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        return .number((factor * 1e4).rounded() / 1e4)
    }
    let colour = appearance.sRGB
    return .object([
        "name": .string(appearance.name),
        "pbrMetallicRoughness": .object([
            "baseColorFactor": .array([linear(colour.x), linear(colour.y), linear(colour.z), .integer(1)]),
            "metallicFactor": .integer(0), "roughnessFactor": .number(appearance == .bone ? 0.9 : 0.4),
        ]),
    ])
}

/// The parts of a glTF document as they fill up.
private struct GLBDocument {
    var nodes: [JSONValue] = []
    var meshes: [JSONValue] = []
    var accessors: [JSONValue] = []
    var views: [JSONValue] = []
    var buffer = Data()

    /// The index of a node, its children before it.
    mutating func add(_ node: SceneNode) throws -> Int {
        let children = try node.children.map { JSONValue.integer(try add($0)) }
        var fields: [String: JSONValue] = ["name": .string(node.name)]
        if !children.isEmpty { fields["children"] = .array(children) }
        if let surface = node.surface { fields["mesh"] = .integer(try add(surface, name: node.name)) }
        if !node.extras.isEmpty { fields["extras"] = .object(node.extras.mapValues { .string($0) }) }
        fields["rotation"] = numbers([node.rotation.x, node.rotation.y, node.rotation.z, node.rotation.w])
        fields["translation"] = numbers([node.translation.x / 1000, node.translation.y / 1000, node.translation.z / 1000])
        nodes.append(.object(fields))
        return nodes.count - 1
    }

    private mutating func add(_ surface: SceneNode.Surface, name: String) throws -> Int {
        let points = surface.vertices.map { SIMD3<Float>($0 / 1000) }
        guard points.allSatisfy({ $0.x.isFinite && $0.y.isFinite && $0.z.isFinite }) else { throw ExchangeError.notFinite(part: name) }
        var attributes = ["POSITION": JSONValue.integer(addVectors(points, hasBounds: true))]
        // A reader shades flat without normals, as a screw's edges should be.
        if surface.appearance == .bone {
            attributes["NORMAL"] = .integer(addVectors(vertexNormals(surface.vertices, surface.triangles), hasBounds: false))
        }
        let indices = addIndices(surface.triangles)
        meshes.append(
            .object([
                "name": .string(name),
                "primitives": .array([
                    .object([
                        "attributes": .object(attributes), "indices": .integer(indices), "mode": .integer(4),
                        "material": .integer(surface.appearance.index),
                    ])
                ]),
            ]))
        return meshes.count - 1
    }

    private mutating func addVectors(_ vectors: [SIMD3<Float>], hasBounds: Bool) -> Int {
        var fields: [String: JSONValue] = ["componentType": .integer(5126), "count": .integer(vectors.count), "type": .string("VEC3")]
        if hasBounds, let first = vectors.first {
            let (low, high) = vectors.reduce((first, first)) { (pointwiseMin($0.0, $1), pointwiseMax($0.1, $1)) }
            (fields["min"], fields["max"]) = (
                numbers([low.x, low.y, low.z].map(Double.init)), numbers([high.x, high.y, high.z].map(Double.init))
            )
        }
        return add(fields, target: 34962, words: vectors.flatMap { [$0.x.bitPattern, $0.y.bitPattern, $0.z.bitPattern] })
    }

    private mutating func addIndices(_ triangles: [SIMD3<UInt32>]) -> Int {
        let fields: [String: JSONValue] = [
            "componentType": .integer(5125), "count": .integer(3 * triangles.count), "type": .string("SCALAR"),
        ]
        return add(fields, target: 34963, words: triangles.flatMap { [$0.x, $0.y, $0.z] })
    }

    /// An accessor over a view of its own.
    private mutating func add(_ accessor: [String: JSONValue], target: Int, words: [UInt32]) -> Int {
        views.append(
            .object([
                "buffer": .integer(0), "byteOffset": .integer(buffer.count), "byteLength": .integer(4 * words.count),
                "target": .integer(target),
            ]))
        buffer.append(littleEndian: words)
        var accessor = accessor
        accessor["bufferView"] = .integer(views.count - 1)
        accessors.append(.object(accessor))
        return accessors.count - 1
    }
}

private func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .number($0) }) }

/// Unit normals at the vertices, the means of the triangles about them by area; (0, 0, 1) where that is no direction.
private func vertexNormals(_ vertices: [SIMD3<Double>], _ triangles: [SIMD3<UInt32>]) -> [SIMD3<Float>] {
    var sums = [SIMD3<Double>](repeating: .zero, count: vertices.count)
    for t in triangles {
        let (a, b, c) = (vertices[Int(t.x)], vertices[Int(t.y)], vertices[Int(t.z)])
        let (u, v) = (b - a, c - a)
        let normal = SIMD3(u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z, u.x * v.y - u.y * v.x)
        for corner in [t.x, t.y, t.z] { sums[Int(corner)] += normal }
    }
    return sums.map { sum in
        let length = (sum * sum).sum().squareRoot()
        return length > 0 ? SIMD3<Float>(sum / length) : SIMD3(0, 0, 1)
    }
}

extension Data {
    fileprivate mutating func append(littleEndian words: [UInt32]) { words.map(\.littleEndian).withUnsafeBytes { append(contentsOf: $0) } }
}
