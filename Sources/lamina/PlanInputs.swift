import Anatomy
import Frames
import ImageFiles
import Planning
import Protocols
import Segmentation
import Volumes

/// Where the vertebra labels come from.
enum LabelSource {
    case file(path: String, scheme: LabelScheme)
    case automatic(SegmentationOptions)

    var path: String? { if case .file(let path, _) = self { path } else { nil } }
}

/// What the command line of `lamina plan` asks to read.
struct PlanRequest {
    let input: String
    let series: String?
    let isSyntheticCT: Bool
    let resamplesUnevenSlices: Bool
    let labels: LabelSource
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
    /// Set when lamina found the vertebrae by itself.
    let automatic: AutomaticLabels?
    /// From head to sacrum; those in `missingLevels` too, so that each gets its refusal.
    let levels: [VertebraLevel]
    let catalogue: ScrewCatalogue
    let planning: PlanningParameters
    let labelImport: LabelImportParameters
    let labelFit: LabelFitParameters

    /// Levels that are labelled but must not be planned on, and why.
    var distrusted: [VertebraLevel: Finding] {
        let doubtful = (automatic?.segmentation.vertebrae ?? []).filter { !$0.isTrusted }
        return Dictionary(uniqueKeysWithValues: doubtful.map { vertebra in
            let message = labels.warnings.first { $0.code == .notTrusted && $0.levels == [vertebra.level] }?.message
            return (vertebra.level, Finding("segmentation_not_trusted", message ?? "\(vertebra.level)'s segmentation is doubtful", ["confidence": vertebra.confidence]))
        })
    }
    /// Levels that were asked for and are not in the labels.
    var missingLevels: [VertebraLevel] { levels.filter { !labels.levels.contains($0) } }

    /// Everything that shapes the output, for the manifest.
    func parameters() throws -> [String: JSONValue] {
        [
            "read": try JSONValue(request.readOptions),
            "labels": try labelRecord(),
            "synthetic_ct": .bool(request.isSyntheticCT),
            "levels": .array(levels.map { .string($0.name) }),
            "planning": try JSONValue(planning),
            "catalogue": try JSONValue(catalogue),
        ]
    }

    private func labelRecord() throws -> JSONValue {
        switch request.labels {
        case .automatic: try automatic!.record()
        case .file(_, let scheme):
            .object([
                "scheme": .string(scheme.rawValue), "label_import": try JSONValue(labelImport), "label_fit": try JSONValue(labelFit),
            ])
        }
    }
}

/// Reads the CT and its labels, and checks that they belong together and hold something to plan.
///
/// - Throws: `ImageFileError`, `SegmentationError`, or `CommandFailure` when no level asked for is labelled or the catalogue
///   cannot serve.
func readPlanInputs(_ request: PlanRequest, log: RunLog) throws -> PlanInputs {
    let catalogue = try readCatalogue(request.catalogue)
    let labelFit = LabelFitParameters()
    var planning = PlanningParameters()
    if request.isSyntheticCT { planning.screw = .syntheticCT }
    var labelImport = LabelImportParameters()
    labelImport.isSitusInversus = request.isSitusInversus
    let ct = try log.stage("read CT") { try readCT(at: request.input, options: request.readOptions) }
    for warning in ct.warnings { log.warn(warning.code.rawValue, "the CT: \(warning.message)") }
    if request.isSyntheticCT { log.warn("synthetic_ct", syntheticCTCaution) }
    let (labels, fitWarnings, automatic) = try readOrFindLabels(request, ct: ct, labelImport: labelImport, labelFit: labelFit, log: log)
    let plannable = labels.levels.filter { $0.region != .cervical }
    let levels = request.levels ?? plannable
    for warning in labels.relevant(labels.warnings + fitWarnings, to: levels) {
        log.warn(warning.code.rawValue, warning.message, levels: warning.levels)
    }
    guard levels.contains(where: labels.levels.contains) else {
        throw CommandFailure(
            .noSpine, code: "level_not_in_labels",
            what: request.levels == nil ? "the labels hold no vertebra from T1 to S1" : "none of the levels asked for is in the labels",
            place: request.labels.path, remedy: "The labels hold \(labels.levels.map(\.name).joined(separator: ", "))")
    }
    try checkCatalogue(catalogue, serves: levels, place: request.catalogue)
    return PlanInputs(
        request: request, ct: ct, labels: labels, automatic: automatic, levels: levels, catalogue: catalogue, planning: planning,
        labelImport: labelImport, labelFit: labelFit)
}

private let syntheticCTCaution =
    "planned on a synthetic CT: its pedicles have been reported up to 34 % off in the axial plane, so margins are widened to 1 mm and Hounsfield units "
    + "are not used; compare with a true CT before any use"

/// The labels, the warnings of how they lie on the image, and what is known of them when lamina found them itself.
private func readOrFindLabels(
    _ request: PlanRequest, ct: CTImage, labelImport: LabelImportParameters, labelFit: LabelFitParameters, log: RunLog
) throws -> (VertebraLabels, [LabelWarning], AutomaticLabels?) {
    switch request.labels {
    case .automatic(let options):
        let found = try automaticLabels(of: ct, options: options, threads: request.threads, log: log)
        return (found.segmentation.labels, [], found)
    case .file(let path, let scheme):
        let labels = try log.stage("read labels") {
            let image = try readLabels(at: path)
            for warning in image.warnings { log.warn(warning.code.rawValue, "the label map: \(warning.message)") }
            return try importLabels(image.volume, scheme: scheme, onto: ct.volume.geometry, parameters: labelImport)
        }
        let warnings = try log.stage("check labels") { try checkLabels(labels, against: ct.volume, parameters: labelFit).warnings }
        return (labels, warnings, nil)
    }
}
