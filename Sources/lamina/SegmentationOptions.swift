import ArgumentParser
import Foundation
import Segmentation

/// Options of every subcommand that finds the vertebrae by itself.
struct SegmentationOptions: ParsableArguments {
    @Option(
        name: .customLong("anchor"), parsing: .unconditionalSingleValue,
        help: "A level that you know, as z_lps=-812:L3: the body whose middle lies at that z is L3. Repeatable.",
        transform: { try LevelAnchor($0) })
    var anchors: [LevelAnchor] = []

    @Option(
        help: "Another segmentation model: a description (Protocols/Specification/model.schema.json) with its ONNX files beside it.",
        completion: .file())
    var model: String?

    var modelURL: URL? { model.map { URL(fileURLWithPath: $0) } }
}
