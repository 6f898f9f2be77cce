import Anatomy
import ArgumentParser
import CaseFolder
import Evaluation
import Foundation
import ImageFiles
import Protocols
import Segmentation
import Volumes

/// `lamina evaluate`: how well a predicted vertebra label map agrees with a reference.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Compare a vertebra label map with a reference.",
        discussion: """
            Measures each vertebra of the reference: Dice, IoU, surface distances, centroid, whether it is identified, and which label covers it. \
            Finds missing, extra, merged and split vertebrae and shifted names. The worst come first. Exit codes: 0 compared, 2 usage, 3 a map is \
            damaged or the maps do not meet, 4 no vertebra in the reference, 6 storage.
            """)

    @Argument(help: "The label map to judge (.nii, .nii.gz, .nrrd, .mha); any grid that meets the reference's.", completion: .file())
    var prediction: String

    @Argument(help: "The label map to judge it by. Everything is measured on its grid.", completion: .file())
    var reference: String

    @Option(help: "What the prediction's ids mean: \(LabelScheme.listed).")
    var scheme = LabelScheme.lamina

    @Option(help: "What the reference's ids mean: \(LabelScheme.listed).")
    var referenceScheme = LabelScheme.lamina

    @Option(name: .shortAndLong, help: "A JSON file to write the evaluation to.", completion: .file(extensions: ["json"]))
    var output: String?

    @Flag(help: "Replace an existing file.")
    var force = false

    @OptionGroup var printing: OutputOptions

    func run() throws {
        try runLogged("evaluate", options: printing) { log in
            if let output { try checkOutputFile(output, replacing: force) }
            let predicted = try log.stage("read prediction") { try readIds(prediction, scheme, "prediction", mayBeEmpty: true, log) }
            let expected = try log.stage("read reference") { try readIds(reference, referenceScheme, "reference", mayBeEmpty: false, log) }
            let parameters = EvaluationParameters()
            let evaluation = try log.stage("compare") { try evaluateLabels(predicted, against: expected, parameters: parameters) }
            for warning in evaluation.warnings { log.warn(warning.code.rawValue, warning.message, levels: warning.levels) }
            let file = EvaluationFile(
                laminaVersion: laminaVersion, prediction: .init(path: prediction, scheme: scheme),
                reference: .init(path: reference, scheme: referenceScheme), parameters: parameters, evaluation: evaluation,
                warnings: log.warnings)
            if let output { try log.stage("write") { try writeOutputFile(encodedJSON(file), to: output, replacing: force) } }
            let written = output.map { "\n\nEvaluation written to \($0)" } ?? ""
            return CommandOutcome(
                output: output, evaluation: try JSONValue(file), text: evaluationTable(evaluation, warnings: log.warnings) + written)
        }
    }

    private func readIds(_ path: String, _ scheme: LabelScheme, _ name: String, mayBeEmpty: Bool, _ log: RunLog) throws -> LabelVolume {
        let image = try readLabels(at: path)
        for warning in image.warnings { log.warn(warning.code.rawValue, "the \(name): \(warning.message)") }
        do {
            let (volume, warnings) = try vertebraIds(of: image.volume, scheme: scheme, mayBeEmpty: mayBeEmpty)
            for warning in warnings { log.warn(warning.code.rawValue, "the \(name): \(warning.message)", levels: warning.levels) }
            return volume
        } catch let error as SegmentationError {
            throw failure(of: error, place: path)
        }
    }
}
