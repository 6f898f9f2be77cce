import Anatomy
import Foundation
import Protocols
import Segmentation

/// What is known of an automatic segmentation: segmentation.json (Protocols/Specification/segmentation.schema.json).
struct SegmentationFile: Codable {
    /// In a case.
    static let name = "segmentation.json"

    struct Shift: Codable {
        /// By how many levels the names would move towards the feet.
        let levels: Int
        let probability: Double
    }

    struct Warning: Codable {
        let code: LabelWarning.Code
        let message: String
        let levels: [VertebraLevel]

        init(_ warning: LabelWarning) { (code, message, levels) = (warning.code, warning.message, warning.levels) }
    }

    let schema: String
    let schemaVersion: String
    let convention: String
    /// The name in the model's description.
    let model: String
    /// Whether the names are an estimate that a person must check.
    var levelEstimated: Bool
    /// The probability of the names.
    var probability: Double
    /// What in the scan or from a person settles the names.
    var anchors: [NamedChain.Anchor]
    /// Other counts, the most probable first.
    var shifts: [Shift]
    var vertebrae: [FoundVertebra]
    var warnings: [Warning]

    init(_ found: AutomaticLabels) {
        let chain = found.segmentation.chain
        schema = "lamina.segmentation"
        schemaVersion = "1.0.0"
        convention = "LPS-mm-RH"
        model = found.model.description.name
        levelEstimated = chain.levelEstimated
        probability = chain.probability
        anchors = chain.anchors.sorted { $0.rawValue < $1.rawValue }
        let others = chain.shiftProbabilities.filter { $0.key != 0 && $0.value > 1e-4 }
        shifts = others.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { Shift(levels: $0.key, probability: $0.value) }
        vertebrae = found.segmentation.vertebrae
        warnings = found.segmentation.labels.warnings.map(Warning.init)
    }

    enum CodingKeys: String, CodingKey {
        case schema, convention, model, probability, anchors, shifts, vertebrae, warnings
        case schemaVersion = "schema_version"
        case levelEstimated = "level_estimated"
    }
}

/// One line a vertebra, for a person.
func segmentationTable(_ file: SegmentationFile, warnings: [CommandWarning]) -> String {
    var lines = ["level   volume cm³   confidence   doubts"]
    for vertebra in file.vertebrae {
        let doubts = vertebra.flaws.map(\.rawValue).joined(separator: ", ")
        lines.append(
            vertebra.level.name.padding(toLength: 5, withPad: " ", startingAt: 0)
                + String(format: "%13.1f%13.2f   ", vertebra.volume / 1000, vertebra.confidence) + doubts)
    }
    let settled = file.anchors.isEmpty ? "nothing in the scan" : file.anchors.map(\.rawValue).joined(separator: ", ")
    let percent = String(format: "%.0f", 100 * file.probability)
    lines.append(file.levelEstimated ? "Levels ESTIMATED (\(percent) %): check the count." : "Levels settled by \(settled) (\(percent) %).")
    // With -q this is the only place where they show.
    lines += warnings.map { "Warning: \($0.message)" }
    return lines.joined(separator: "\n")
}
