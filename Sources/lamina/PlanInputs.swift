import Anatomy
import CaseFolder
import Frames
import ImageFiles
import Planning
import Protocols
import Segmentation
import Volumes

/// What the command line of `lamina plan` asks to read.
struct PlanRequest {
    var input: String
    let image: ImageOptions
    var labels: LabelSource
    let isSitusInversus: Bool
    /// The path of a screw catalogue; nil for the one that is built in.
    let catalogue: String?
    /// Nil for every labelled level from T1 to S1.
    var levels: [VertebraLevel]?
    let threads: Int
    /// What a person calls the patient in the report; nothing is taken from the scan's files.
    let pseudonym: String?
    /// The day of the scan as a person gave it, YYYY-MM-DD.
    let studyDate: String?
    /// Throws where the image is not the one that is meant; nil where any will do.
    var checkImage: ((PlanFile.Image) throws -> Void)?
    /// Of a case that the new one takes the place of, as the change was decided on; empty where there is none, or it does not matter.
    var replaced: [FileRecord] = []

    var readOptions: ReadOptions { image.readOptions(threads: threads) }
}

/// A CT with checked vertebra labels on its grid, and the levels to plan.
struct PlanInputs {
    let request: PlanRequest
    let ct: CTImage
    let labels: VertebraLabels
    let origin: LabelOrigin
    /// From head to sacrum; those in `missingLevels` too, so that each gets its refusal.
    let levels: [VertebraLevel]
    let catalogue: ScrewCatalogue
    let planning: PlanningParameters

    /// Levels that are labelled but must not be planned on, and why.
    var distrusted: [VertebraLevel: Finding] {
        let doubtful = (origin.segmentation?.vertebrae ?? []).filter { !$0.isTrusted }
        return Dictionary(
            uniqueKeysWithValues: doubtful.map { vertebra in
                let message = labels.warnings.first { $0.code == .notTrusted && $0.levels == [vertebra.level] }?.message
                let finding = Finding(
                    "segmentation_not_trusted", message ?? "\(vertebra.level)'s segmentation is doubtful",
                    ["confidence": vertebra.confidence])
                return (vertebra.level, finding)
            })
    }

    /// Nil where Hounsfield units are not genuine.
    var genuineCT: CTVolume? { request.image.isSyntheticCT ? nil : ct.volume }

    /// Levels that were asked for and are not in the labels.
    var missingLevels: [VertebraLevel] { levels.filter { !labels.levels.contains($0) } }

    /// Everything that shapes the output, for the manifest.
    func parameters() throws -> [String: JSONValue] {
        [
            "read": try JSONValue(request.readOptions),
            "labels": .object(origin.record),
            "synthetic_ct": .bool(request.image.isSyntheticCT),
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
    var planning = PlanningParameters()
    if request.image.isSyntheticCT { planning.screw = .syntheticCT }
    let ct = try log.stage("read CT") { try readCT(at: request.input, options: request.readOptions) }
    for warning in ct.warnings { log.warn(warning.code.rawValue, "the CT: \(warning.message)") }
    if request.image.isSyntheticCT { log.warn("synthetic_ct", syntheticCTCaution) }
    let (labels, origin) = try vertebraLabels(for: request, on: ct, log: log)
    let plannable = labels.levels.filter { $0.region != .cervical }
    let levels = request.levels ?? plannable
    for warning in labels.relevant(labels.warnings, to: levels) {
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
        request: request, ct: ct, labels: labels, origin: origin, levels: levels, catalogue: catalogue, planning: planning)
}

let syntheticCTCaution =
    "made from a synthetic CT: pedicles on such have been reported up to 34 % off in the axial plane. Planning margins are widened to 1 mm and Hounsfield units "
    + "are not used; compare with a true CT before any use"
