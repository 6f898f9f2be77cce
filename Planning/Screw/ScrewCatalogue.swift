import Anatomy
import Foundation

/// The screws that may be planned, and the size usual at each level; read from a JSON file that a hospital can replace.
public struct ScrewCatalogue: Codable, Equatable, Sendable {
    public struct Screw: Codable, Equatable, Sendable {
        public var diameter: Double
        public var lengths: [Double]

        enum CodingKeys: String, CodingKey {
            case diameter = "diameter_mm"
            case lengths = "lengths_mm"
        }
    }

    public struct Size: Codable, Equatable, Sendable {
        public var diameter: Double
        public var length: Double

        enum CodingKeys: String, CodingKey {
            case diameter = "diameter_mm"
            case length = "length_mm"
        }
    }

    public var schema: String
    public var schemaVersion: String
    public var name: String
    public var source: String
    public var screws: [Screw]
    /// Usual size by level name ("T12").
    public var typical: [String: Size]

    enum CodingKeys: String, CodingKey {
        case schema, name, source, screws, typical
        case schemaVersion = "schema_version"
    }

    /// The catalogue that is built in (Planning/Catalogue/screws.json).
    public static let builtIn: ScrewCatalogue = {
        do {
            return try ScrewCatalogue(json: Data(PackageResources.screws_json))
        } catch {
            preconditionFailure("the built-in screw catalogue does not parse: \(error)")
        }
    }()

    /// - Throws: `CatalogueError` when the file is not a catalogue or holds impossible sizes.
    public init(json: Data) throws {
        do {
            self = try JSONDecoder().decode(ScrewCatalogue.self, from: json)
        } catch {
            throw CatalogueError.notACatalogue(reason(of: error))
        }
        guard schema == "lamina.screws" else { throw CatalogueError.notACatalogue("schema is '\(schema)', not 'lamina.screws'") }
        guard schemaVersion.hasPrefix("1.") else {
            throw CatalogueError.notACatalogue("schema_version '\(schemaVersion)' is not known here")
        }
        try checkSizes()
        try checkTypical()
        screws.sort { $0.diameter < $1.diameter }
        for i in screws.indices { screws[i].lengths.sort() }
    }

    /// The limits are those of plan.schema.json.
    private func checkSizes() throws {
        let isSound = screws.allSatisfy { screw in
            screw.diameter > 0 && screw.diameter <= 15 && !screw.lengths.isEmpty && screw.lengths.allSatisfy { $0 > 0 && $0 <= 150 }
        }
        guard !screws.isEmpty, isSound else { throw CatalogueError.impossibleSize }
        let diameters = screws.map(\.diameter).sorted()
        if let twice = zip(diameters, diameters.dropFirst()).first(where: { $0 == $1 }) {
            throw CatalogueError.listedTwice(diameter: twice.0)
        }
    }

    /// A usual size that is no screw of the list could never be planned, and one below the smallest would refuse every pedicle of its level.
    private func checkTypical() throws {
        for (name, size) in typical.sorted(by: { $0.key < $1.key }) {
            guard VertebraLevel(name: name)?.name == name else { throw CatalogueError.notALevel(name) }
            guard screws.contains(where: { $0.diameter == size.diameter && $0.lengths.contains(size.length) }) else {
                throw CatalogueError.notAScrew(level: name, diameter: size.diameter, length: size.length)
            }
        }
    }

    public func typicalSize(at level: VertebraLevel) -> Size? { typical[level.name] }
}

public enum CatalogueError: Error, Equatable, CustomStringConvertible {
    case notACatalogue(String)
    case impossibleSize
    case listedTwice(diameter: Double)
    case notALevel(String)
    /// A usual size that is not in the list of screws.
    case notAScrew(level: String, diameter: Double, length: Double)

    public var description: String {
        switch self {
        case .notACatalogue(let why): "this is not a screw catalogue: \(why)"
        case .impossibleSize:
            "the screw catalogue holds no screws, a screw without lengths, a diameter outside 0-15 mm or a length outside 0-150 mm"
        case .listedTwice(let diameter): "the screw catalogue lists the diameter \(diameter) mm twice"
        case .notALevel(let name): "the screw catalogue's typical sizes name '\(name)', which is not a level"
        case .notAScrew(let level, let diameter, let length):
            "the screw catalogue's typical size at \(level), \(diameter) x \(length) mm, is none of its screws"
        }
    }
}

/// What is wrong with JSON, and where in it.
private func reason(of error: any Error) -> String {
    func place(_ path: [any CodingKey]) -> String { path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".") }
    switch error {
    case DecodingError.keyNotFound(let key, let context): return "'\(place(context.codingPath + [key]))' is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
        return "'\(place(context.codingPath))' is of the wrong type"
    default: return "it is not JSON"
    }
}
