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
            throw CatalogueError.notACatalogue(String(describing: error))
        }
        guard schema == "lamina.screws" else { throw CatalogueError.notACatalogue("schema is '\(schema)', not 'lamina.screws'") }
        let sizes = screws.flatMap { [$0.diameter] + $0.lengths } + typical.values.flatMap { [$0.diameter, $0.length] }
        guard !screws.isEmpty, screws.allSatisfy({ !$0.lengths.isEmpty }), sizes.allSatisfy({ $0 > 0 && $0 <= 200 }) else {
            throw CatalogueError.impossibleSize
        }
        if let stranger = typical.keys.sorted().first(where: { VertebraLevel(name: $0) == nil }) {
            throw CatalogueError.notALevel(stranger)
        }
        screws.sort { $0.diameter < $1.diameter }
        for i in screws.indices { screws[i].lengths.sort() }
    }

    public func typicalSize(at level: VertebraLevel) -> Size? { typical[level.name] }
}

public enum CatalogueError: Error, Equatable, CustomStringConvertible {
    case notACatalogue(String)
    case impossibleSize
    case notALevel(String)

    public var description: String {
        switch self {
        case .notACatalogue(let why): "not a screw catalogue (\(why)); see Planning/Catalogue/screws.json for the format"
        case .impossibleSize: "the screw catalogue holds no screws, a screw without lengths, or a size outside 0-200 mm"
        case .notALevel(let name): "the screw catalogue's typical sizes name '\(name)', which is not a level"
        }
    }
}
