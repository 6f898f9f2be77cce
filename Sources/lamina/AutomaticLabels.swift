import Foundation
import ImageFiles
import Protocols
import Segmentation

/// What lamina's own segmentation made of a CT, and with which model.
struct AutomaticLabels {
    let segmentation: SpineSegmentation
    let model: SegmentationModel
    let parameters: SegmentationParameters
    let anchors: [LevelAnchor]

    /// The engine's name and version, for the manifest.
    var engine: [String: String] { [model.engine.name: model.engine.version] }

    /// What shaped the labels, for the manifest.
    func record() throws -> [String: JSONValue] {
        [
            "model": try JSONValue(model.description),
            "parameters": try JSONValue(parameters),
            "anchors": .array(anchors.map { .string("\($0)") }),
        ]
    }
}

/// Finds the vertebrae of a CT, showing how far it is.
///
/// - Throws: `ModelError`, `InferenceError`, `FindingError`, `NamingError`, `SegmentationError`.
func automaticLabels(of ct: CTImage, options: SegmentationOptions, threads: Int, log: RunLog) throws -> AutomaticLabels {
    let parameters = SegmentationParameters()
    let model = try log.stage("load model") { try loadModel(at: options.modelURL, threads: threads) }
    let segmentation = try log.stage("segment") {
        try segmentSpine(ct.volume, model: model, anchors: options.anchors, parameters: parameters) { stage, done, total in
            log.progress(stage.rawValue, done: done, total: total)
        }
    }
    return AutomaticLabels(segmentation: segmentation, model: model, parameters: parameters, anchors: options.anchors)
}
