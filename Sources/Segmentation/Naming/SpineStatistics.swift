import Anatomy
import Foundation

/// What is measured at each vertebra of a chain (`ChainFeatures`).
enum SpineFeature: String, CaseIterable, Codable {
    case step, width, behind, above, turn

    /// Whether it is the logarithm of a length, and so grows with the person.
    var isLogLength: Bool { self == .step || self == .width || self == .behind }
    var index: Int { SpineFeature.allCases.firstIndex(of: self)! }
}

/// How the features of a spine vary between people: mean + loadings . z + noise, with z ~ N(0, I), for each level and feature.
///
/// Derived from the ImFusion VID points (Bürgin, Prevost, Stollenga 2023, CC BY-SA 4.0) by Tools/Training/naming_statistics.py, which also
/// documents the file.
struct SpineStatistics: Sendable {
    struct Feature: Sendable {
        var mean: Double
        /// Of the feature's own noise.
        var variance: Double
        var loadings: [Double]
        /// Of noise and factors together.
        var spread: Double
    }
    struct Background: Codable, Sendable {
        var mean: Double
        var sd: Double
    }

    let factors: Int
    /// Log likelihood ratios are divided by this to give honest probabilities.
    let temperature: Double
    /// By `slot(of:) * SpineFeature.allCases.count + feature.index`; nil where the data is too thin.
    private let features: [Feature?]
    /// What a feature is like at no particular level.
    private let backgrounds: [Background]
    /// How often a finder that looks for pedicles finds neither at a level, and in what is no vertebra.
    private let bare: [VertebraLevel: Double]
    private let bareFalse: Double

    static let builtIn: SpineStatistics = {
        do {
            return try SpineStatistics(json: Data(PackageResources.vertebra_spacing_json))
        } catch {
            preconditionFailure("the built-in spine statistics do not parse: \(error)")
        }
    }()

    init(json: Data) throws {
        let file = try JSONDecoder().decode(File.self, from: json)
        guard let factors = file.features.first?.loadings.count, file.features.allSatisfy({ $0.loadings.count == factors }) else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "features have different numbers of loadings"))
        }
        self.factors = factors
        temperature = file.temperature
        backgrounds = try SpineFeature.allCases.map { kind in
            guard let found = file.background[kind.rawValue] else {
                throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "no background of \(kind.rawValue)"))
            }
            return found
        }
        bare = Dictionary(
            uniqueKeysWithValues: file.withoutPedicles.compactMap { name, rate in VertebraLevel(name: name).map { ($0, rate) } })
        bareFalse = file.withoutPedicles["false"] ?? 0.5
        var table = [Feature?](repeating: nil, count: (Int(UInt8.max) + 1) * SpineFeature.allCases.count)
        for line in file.features {
            guard let level = VertebraLevel(name: line.level) else { continue }
            let variance = line.noiseSD * line.noiseSD
            let spread = (variance + line.loadings.reduce(0) { $0 + $1 * $1 }).squareRoot()
            table[Int(level.rawValue) * SpineFeature.allCases.count + line.kind.index] = Feature(
                mean: line.mean, variance: variance, loadings: line.loadings, spread: spread)
        }
        features = table
    }

    /// The feature at a level that is followed by `next`. T13, which the data lacks, is taken to be like T12; whatever stands on the sacrum has
    /// L5's step and turn to it.
    func feature(_ kind: SpineFeature, at level: VertebraLevel, next: VertebraLevel?) -> Feature? {
        var slot = level == .t13 ? .t12 : level
        if next == .s1, kind == .step || kind == .turn { slot = .l5 }
        return features[Int(slot.rawValue) * SpineFeature.allCases.count + kind.index]
    }

    /// The log likelihood ratio of a detection's having pedicles or none, of a vertebra at `level` over no vertebra.
    func pedicles(found: Bool, at level: VertebraLevel) -> Double {
        guard let rate = bare[level == .t13 ? .t12 : level] else { return 0 }
        return found ? log((1 - rate) / (1 - bareFalse)) : log(rate / bareFalse)
    }

    func background(_ kind: SpineFeature) -> Background { backgrounds[kind.index] }

    private struct File: Decodable {
        struct Line: Decodable {
            var level: String
            var kind: SpineFeature
            var mean: Double
            var noiseSD: Double
            var loadings: [Double]

            enum CodingKeys: String, CodingKey {
                case level, kind, mean, loadings
                case noiseSD = "noise_sd"
            }
        }
        var temperature: Double
        var background: [String: Background]
        var withoutPedicles: [String: Double]
        var features: [Line]

        enum CodingKeys: String, CodingKey {
            case temperature, background, features
            case withoutPedicles = "without_pedicles"
        }
    }
}
