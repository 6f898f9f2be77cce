import Anatomy
import ArgumentParser
import CaseFolder
import Foundation

/// `lamina plan`: CT in, a case folder with planned screws and printable vertebrae out.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Plan pedicle screws on a CT and write a case folder.",
        discussion: """
            The case holds report.html, which needs no other file, and labels.nii.gz, meshes/*.stl, screws/*.stl, screws.csv, plan.json, \
            audit.jsonl and manifest.json. Left and right are the patient's.
            Exit codes: 0 every pedicle planned, 5 some refused (reasons in plan.json), 4 no spine or a level missing, 3 damaged or wrong input, \
            2 usage, 6 storage or stopped.
            """)

    @Argument(help: "A DICOM folder or file, NIfTI (.nii, .nii.gz), NRRD or MHA.", completion: .file())
    var input: String

    @Option(name: .shortAndLong, help: "The case folder to write.", completion: .directory)
    var output: String

    @Option(help: "A label map of the vertebrae; any grid that overlaps the CT. Default: lamina finds them by itself.", completion: .file())
    var labels: String?

    @Option(help: "What the labels' ids mean: \(LabelScheme.listed). Never guessed.")
    var scheme: LabelScheme?

    @Option(help: "Levels to plan, for example T10-L2 or T9,L1. Default: every labelled level from T1 to S1.", transform: parseLevels)
    var levels: [VertebraLevel]?

    @OptionGroup var image: ImageOptions

    @OptionGroup var segmentation: SegmentationOptions

    @OptionGroup var sides: SideOptions

    @Option(help: "A screw catalogue of the form of Planning/Catalogue/screws.json. Default: a generic one.", completion: .file())
    var catalogue: String?

    @Option(help: "What the patient is called in report.html, at most 64 characters. Nothing is taken from the scan's files.")
    var pseudonym: String?

    @Option(help: "The day of the scan for report.html, such as 2026-08-17. Nothing is taken from the scan's files.")
    var studyDate: CalendarDay?

    @Flag(help: "Replace an existing case.")
    var force = false

    @Option(help: "Threads. Default: one for each core.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @OptionGroup var printing: OutputOptions

    func validate() throws {
        if !(1...64).contains(threads) { throw ValidationError("--threads takes 1 to 64") }
        if let pseudonym, !(1...64).contains(pseudonym.count) { throw ValidationError("--pseudonym takes 1 to 64 characters") }
        if labels != nil, scheme == nil {
            throw ValidationError(
                "--labels needs --scheme, because the same id means different vertebrae in different schemes (27 is L5 in one, the coccyx in "
                    + "another). Schemes: \(LabelScheme.listed)")
        }
        if labels != nil, !segmentation.anchors.isEmpty || segmentation.model != nil {
            throw ValidationError("--anchor and --model are for lamina's own segmentation; --labels brings another's")
        }
        if labels == nil, scheme != nil { throw ValidationError("--scheme says what the ids of --labels mean; there is no --labels") }
    }

    func run() throws {
        try runLogged("plan", options: printing) { log in
            try checkOutputKind(output, command: "plan")
            return try planCase(request, at: output, replacing: force, event: CaseEvent(.planned), log: log)
        }
    }

    /// What the options ask for.
    var request: PlanRequest {
        let source: LabelSource = labels.flatMap { path in scheme.map { .file(path: path, scheme: $0) } } ?? .automatic(segmentation)
        return PlanRequest(
            input: input, image: image, labels: source,
            isSitusInversus: sides.situsInversus, catalogue: catalogue, levels: levels, threads: threads,
            pseudonym: pseudonym, studyDate: studyDate?.text)
    }
}

extension LabelScheme: ExpressibleByArgument {
    static var listed: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// "2026-08-17": a day that there is.
struct CalendarDay: ExpressibleByArgument {
    let text: String

    init?(argument: String) {
        guard argument.utf8.count == 10, let day = try? Date("\(argument)T00:00:00Z", strategy: .iso8601),
            day.formatted(.iso8601.year().month().day()) == argument
        else { return nil }
        text = argument
    }
}
