import Anatomy
import Frames
import ImageFiles
import Planning
import Protocols
import Segmentation
import Volumes

/// What the command line of `lamina plan` asks to read.
struct PlanRequest {
    let input: String
    let series: String?
    let isSyntheticCT: Bool
    let resamplesUnevenSlices: Bool
    let labels: String
    let scheme: LabelScheme
    let isSitusInversus: Bool
    /// The path of a screw catalogue; nil for the one that is built in.
    let catalogue: String?
    /// Nil for every labelled level from T1 to S1.
    let levels: [VertebraLevel]?
    let threads: Int

    var readOptions: ReadOptions {
        var options = ReadOptions()
        options.seriesUID = series
        options.allowMR = isSyntheticCT
        options.resamplesUnevenSlices = resamplesUnevenSlices
        options.threads = threads
        return options
    }
}

/// A CT with checked vertebra labels on its grid, and the levels to plan.
struct PlanInputs {
    let request: PlanRequest
    let ct: CTImage
    let labels: VertebraLabels
    /// From head to sacrum; those in `missingLevels` too, so that each gets its refusal.
    let levels: [VertebraLevel]
    let catalogue: ScrewCatalogue
    let planning: PlanningParameters
    let labelImport: LabelImportParameters
    let labelFit: LabelFitParameters

    /// Levels that were asked for and are not in the labels.
    var missingLevels: [VertebraLevel] { levels.filter { !labels.levels.contains($0) } }

    /// Everything that shapes the output, for the manifest.
    func parameters() throws -> [String: JSONValue] {
        [
            "read": try JSONValue(request.readOptions),
            "scheme": .string(request.scheme.rawValue),
            "synthetic_ct": .bool(request.isSyntheticCT),
            "label_import": try JSONValue(labelImport),
            "label_fit": try JSONValue(labelFit),
            "levels": .array(levels.map { .string($0.name) }),
            "planning": try JSONValue(planning),
            "catalogue": try JSONValue(catalogue),
        ]
    }
}

/// Reads the CT and its labels, and checks that they belong together and hold something to plan.
///
/// - Throws: `ImageFileError`, `SegmentationError`, or `CommandFailure` when no level asked for is labelled or the catalogue
///   cannot serve.
func readPlanInputs(_ request: PlanRequest, log: RunLog) throws -> PlanInputs {
    let catalogue = try readCatalogue(request.catalogue)
    let labelFit = LabelFitParameters()
    var labelImport = LabelImportParameters()
    labelImport.isSitusInversus = request.isSitusInversus
    let ct = try log.stage("read CT") { try readCT(at: request.input, options: request.readOptions) }
    for warning in ct.warnings { log.warn(warning.code.rawValue, "the CT: \(warning.message)") }

    let labels = try log.stage("read labels") {
        let image = try readLabels(at: request.labels)
        for warning in image.warnings { log.warn(warning.code.rawValue, "the label map: \(warning.message)") }
        return try importLabels(image.volume, scheme: request.scheme, onto: ct.volume.geometry, parameters: labelImport)
    }
    let fitWarnings = try log.stage("check labels") { try checkLabels(labels, against: ct.volume, parameters: labelFit).warnings }
    let plannable = labels.levels.filter { $0.region != .cervical }
    let levels = request.levels ?? plannable
    for warning in labels.relevant(labels.warnings + fitWarnings, to: levels) {
        log.warn(warning.code.rawValue, warning.message, levels: warning.levels)
    }
    guard levels.contains(where: labels.levels.contains) else {
        throw CommandFailure(
            .noSpine, code: "level_not_in_labels",
            what: request.levels == nil ? "the labels hold no vertebra from T1 to S1" : "none of the levels asked for is in the labels",
            place: request.labels,
            remedy: "The labels hold \(labels.levels.map(\.name).joined(separator: ", ")) when read as \(request.scheme.rawValue)")
    }
    try checkCatalogue(catalogue, serves: levels, place: request.catalogue)
    return PlanInputs(
        request: request, ct: ct, labels: labels, levels: levels, catalogue: catalogue, planning: PlanningParameters(),
        labelImport: labelImport, labelFit: labelFit)
}
