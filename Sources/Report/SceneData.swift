import Foundation
import Frames
import Meshes
import Planning

/// What the view in space is drawn from, as the page's script reads it: LPS mm.
struct SceneData: Codable, Equatable, Sendable {
    struct Bone: Codable, Equatable, Sendable {
        let level: String
        /// Little-endian UInt16 triples in base64: vertex = origin + step * triple.
        let vertices: String
        /// Little-endian UInt16 or UInt32 triples in base64.
        let triangles: String
        let wide: Bool
    }
    struct Screw: Codable, Equatable, Sendable {
        let level: String
        let side: String
        let status: String
        let entry: [Double]
        let tip: [Double]
        let radius: Double
    }
    /// A pedicle that has no screw.
    struct Refusal: Codable, Equatable, Sendable {
        let level: String
        let side: String
        let status: String
        let place: [Double]
    }

    let origin: [Double]
    let step: Double
    let bones: [Bone]
    let screws: [Screw]
    let refusals: [Refusal]

    /// - Parameter meshes: of `content`, or coarser ones.
    init(_ content: ReportContent, meshes: [ReportContent.LevelMesh]) {
        let bounds = meshes.compactMap(\.mesh.bounds)
        let lower = bounds.reduce(SIMD3(repeating: Double.infinity)) { pointwiseMin($0, $1.lower.xyz) }
        let upper = bounds.reduce(SIMD3(repeating: -Double.infinity)) { pointwiseMax($0, $1.upper.xyz) }
        let (start, step) = bounds.isEmpty ? (SIMD3<Double>(), 1.0) : (lower, max((upper - lower).max() / 65535, 1e-6))
        origin = [start.x, start.y, start.z]
        self.step = step
        bones = meshes.filter { !$0.mesh.vertices.isEmpty }.map { Bone($0, origin: start, step: step) }
        screws = content.plan.screws.compactMap { screw in
            guard let shaft = Shaft(screw) else { return nil }
            return Screw(
                level: screw.level, side: screw.side.rawValue, status: screw.status.rawValue,
                entry: [shaft.entry.x, shaft.entry.y, shaft.entry.z], tip: [shaft.tip.x, shaft.tip.y, shaft.tip.z], radius: shaft.radius)
        }
        refusals = content.plan.screws.filter { Shaft($0) == nil }.compactMap { screw in
            let mesh = meshes.first { $0.level == screw.level }?.mesh
            let middle = mesh?.bounds.map { ($0.lower.xyz + $0.upper.xyz) / 2 + SIMD3(12 * screw.side.leftwardSign, 0, 0) }
            guard let place = screw.pedicle?.isthmusCentre ?? middle.map({ [$0.x, $0.y, $0.z] }) else { return nil }
            return Refusal(level: screw.level, side: screw.side.rawValue, status: screw.status.rawValue, place: place)
        }
    }

    /// For a script element of type application/json: JSON in which nothing can end the element.
    func embedded() throws -> Markup {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let json = String(decoding: try encoder.encode(self), as: UTF8.self)
        return Markup(trusted: json.replacingOccurrences(of: "<", with: "\\u003c"))
    }
}

extension SceneData.Bone {
    init(_ bone: ReportContent.LevelMesh, origin: SIMD3<Double>, step: Double) {
        level = bone.level
        let steps = bone.mesh.vertices.map {
            (($0 - origin) / step).rounded(.toNearestOrAwayFromZero).clamped(lowerBound: .zero, upperBound: .init(repeating: 65535))
        }
        vertices = base64(steps.flatMap { [UInt16($0.x), UInt16($0.y), UInt16($0.z)] })
        wide = bone.mesh.vertices.count > 65536
        let corners = bone.mesh.triangles.flatMap { [$0.x, $0.y, $0.z] }
        triangles = wide ? base64(corners) : base64(corners.map { UInt16($0) })
    }
}

/// Numbers as their little-endian bytes.
private func base64(_ numbers: [some FixedWidthInteger]) -> String {
    numbers.map(\.littleEndian).withUnsafeBytes { Data($0) }.base64EncodedString()
}
