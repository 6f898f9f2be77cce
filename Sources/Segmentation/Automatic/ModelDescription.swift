import Foundation

/// What a pair of segmentation networks takes and gives: the contract of `--model FILE` (Protocols/Specification/model.schema.json).
///
/// Both networks have one input (1, 1, X, Y, Z), windowed HU, z densest, and an output "probabilities" (1, classes, X, Y, Z). Coarse patches lie along the
/// patient's axes (x left, y back, z up); fine ones along one vertebra's own, its body centre at `centreVoxel`. The coarse network has a second output
/// "offsets" (1, 3, X/2, Y/2, Z/2): the way from each voxel of a vertebra to its body centre, mm.
public struct ModelDescription: Codable, Equatable, Sendable {
    /// HU are held within low and high; then middle is taken off and the rest divided by scale.
    public struct Window: Codable, Equatable, Sendable {
        public var low: Double
        public var high: Double
        public var middle: Double
        public var scale: Double

        enum CodingKeys: String, CodingKey {
            case low = "low_hu"
            case high = "high_hu"
            case middle = "middle_hu"
            case scale = "scale_hu"
        }
    }

    public struct Network: Codable, Equatable, Sendable {
        /// An ONNX file beside the description.
        public var file: String
        public var sha256: String
        /// X, Y, Z voxels.
        public var shape: [Int]
        /// Of the voxels along all three axes, mm.
        public var spacing: Double
        /// Where the body centre lies in a fine patch, voxels; nil for the coarse network.
        public var centreVoxel: [Double]?
        /// The meaning of the output's channels. Coarse: body, arch, sacrum, canal and others; fine: this_vertebra, sacrum, other_bone,
        /// canal and others.
        public var classes: [String]

        enum CodingKeys: String, CodingKey {
            case file, sha256, shape, classes
            case spacing = "spacing_mm"
            case centreVoxel = "centre_voxel"
        }
    }

    public static let schemaName = "lamina.model"

    public var schema: String
    public var schemaVersion: String
    /// Names the model in the manifest, such as "lamina-spine 1.0".
    public var name: String
    public var window: Window
    public var coarse: Network
    public var fine: Network

    enum CodingKeys: String, CodingKey {
        case schema, name, window, coarse, fine
        case schemaVersion = "schema_version"
    }
}

/// Reads and checks a description.
///
/// - Throws: `ModelError.unreadable`, `.badDescription`.
func readModelDescription(at url: URL) throws -> ModelDescription {
    let data: Data
    do { data = try Data(contentsOf: url) } catch { throw ModelError.unreadable(path: url.path) }
    do {
        let description = try JSONDecoder().decode(ModelDescription.self, from: data)
        if let flaw = description.flaw { throw ModelError.badDescription(path: url.path, reason: flaw) }
        return description
    } catch let error as DecodingError {
        throw ModelError.badDescription(path: url.path, reason: reason(of: error))
    }
}

extension ModelDescription {
    /// What is wrong with it; nil when it can be used.
    fileprivate var flaw: String? {
        if schema != Self.schemaName || !schemaVersion.hasPrefix("1.") { return "schema is not \(Self.schemaName) 1.x" }
        if !(window.low < window.high && window.scale > 0 && window.middle.isFinite) {
            return "window: low_hu < high_hu and scale_hu > 0 are needed"
        }
        return coarse.flaw(of: "coarse", needing: CoarseClass.allCases.map(\.rawValue))
            ?? fine.flaw(of: "fine", needing: FineClass.allCases.map(\.rawValue))
            ?? (fine.centreVoxel?.count == 3 ? nil : "fine: centre_voxel needs three numbers")
            ?? (coarse.shape.allSatisfy { $0 % 2 == 0 } ? nil : "coarse: the shape must be even")
    }
}

extension ModelDescription.Network {
    fileprivate func flaw(of name: String, needing names: [String]) -> String? {
        if shape.count != 3 || !shape.allSatisfy({ (16...512).contains($0) }) { return "\(name): shape needs three lengths from 16 to 512" }
        if !(0.3...5).contains(spacing) { return "\(name): spacing_mm lies between 0.3 and 5" }
        if file.contains("/") { return "\(name): the file must lie beside the description" }
        if let missing = names.first(where: { !classes.contains($0) }) { return "\(name): no class is named \(missing)" }
        return nil
    }
}

/// The channels of the coarse network that are read.
enum CoarseClass: String, CaseIterable { case body, arch, sacrum, canal }

/// The channels of the fine network that are read.
enum FineClass: String, CaseIterable {
    case thisVertebra = "this_vertebra"
    case sacrum
    case otherBone = "other_bone"
    case canal
}

private func reason(of error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "\(key.stringValue) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
        "\(context.codingPath.map(\.stringValue).joined(separator: ".")) is of another kind than it should be"
    default: "it is not JSON"
    }
}
