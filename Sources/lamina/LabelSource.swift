import Anatomy
import ImageFiles
import Protocols
import Segmentation
import Volumes

/// Where the vertebra labels come from.
enum LabelSource {
    case file(path: String, scheme: LabelScheme)
    case automatic(SegmentationOptions)
    case relabelled(RelabelledCase)
    case kept(PlannedCase)

    /// The file that the user named.
    var path: String? { if case .file(let path, _) = self { path } else { nil } }
}

/// How labels came about, for the case's files.
struct LabelOrigin {
    /// For the manifest's parameters.
    var record: [String: JSONValue]
    /// What was measured of each vertebra when lamina found them itself.
    var segmentation: SegmentationFile?
    /// The inference engine that took part.
    var engine: [String: String] = [:]
    /// Files that shaped the labels besides the image.
    var inputs: [String] = []
}

/// Reads or finds the labels that a plan asks for, on the CT's grid, with every warning about them.
///
/// - Throws: `ImageFileError`, `SegmentationError`, `FindingError`, `NamingError`, `ModelError`, `InferenceError`.
func vertebraLabels(for request: PlanRequest, on ct: CTImage, log: RunLog) throws -> (VertebraLabels, LabelOrigin) {
    var (labels, origin) =
        switch request.labels {
        case .file(let path, let scheme): try labelsOfFile(path, scheme: scheme, request: request, ct: ct, log: log)
        case .automatic(let options): try labelsFoundByLamina(options, request: request, ct: ct, log: log)
        case .relabelled(let relabelled): try relabelled.labels(of: ct, at: request.input, log: log)
        case .kept(let old): try old.labels(of: ct, at: request.input, log: log)
        }
    // All of them, asked for or not, in a form that 'lamina relabel' can say again about other levels.
    origin.record["warnings"] = try JSONValue(labels.warnings)
    origin.segmentation?.warnings = labels.warnings.map(SegmentationFile.Warning.init)
    return (labels, origin)
}

private func labelsOfFile(
    _ path: String, scheme: LabelScheme, request: PlanRequest, ct: CTImage, log: RunLog
) throws -> (VertebraLabels, LabelOrigin) {
    var importing = LabelImportParameters()
    importing.isSitusInversus = request.isSitusInversus
    let fitting = LabelFitParameters()
    var (labels, mapWarnings) = try log.stage("read labels") {
        let image = try readLabels(at: path)
        logMapWarnings(image.warnings, to: log)
        return (try importLabels(image.volume, scheme: scheme, onto: ct.volume.geometry, parameters: importing), image.warnings)
    }
    labels.warnings += try log.stage("check labels") { try checkLabels(labels, against: ct.volume, parameters: fitting).warnings }
    let record = [
        "scheme": .string(scheme.rawValue), "label_import": try JSONValue(importing), "label_fit": try JSONValue(fitting),
        "map_warnings": try JSONValue(mapWarnings),
    ]
    return (labels, LabelOrigin(record: record, inputs: [path]))
}

/// Says what was odd about the file of a label map.
func logMapWarnings(_ warnings: [ImageWarning], to log: RunLog) {
    for warning in warnings { log.warn(warning.code.rawValue, "the label map: \(warning.message)") }
}

private func labelsFoundByLamina(
    _ options: SegmentationOptions, request: PlanRequest, ct: CTImage, log: RunLog
) throws -> (VertebraLabels, LabelOrigin) {
    let found = try automaticLabels(of: ct, options: options, threads: request.threads, log: log)
    let origin = LabelOrigin(
        record: try found.record(), segmentation: SegmentationFile(found), engine: found.engine,
        // Lamina's own model is named by its hashes in the record.
        inputs: options.model == nil ? [] : found.model.files.map(\.path))
    return (found.segmentation.labels, origin)
}
