import Anatomy
import ArgumentParser
import CaseFolder
import Foundation
import ImageFiles
import Meshes
import Protocols
import Segmentation

/// `lamina mesh`: printable meshes of the vertebrae of a label map or of a case.
struct MeshCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mesh", abstract: "Write printable meshes of the vertebrae of a label map or a case.",
        discussion: """
            Writes one mesh a vertebra and spine with all of them, in LPS millimetres of the input (GLB in metres), and a manifest with each \
            mesh's volume, area, triangles and distance from the label. Exit codes: 0 written, 2 usage, 3 input, 4 no vertebra, 6 storage, \
            7 a case that was changed.
            """)

    @Argument(help: "A label map (.nii, .nii.gz, .nrrd, .mha) or a case folder.")
    var input: String

    @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
    var output: String

    @Option(help: "What the label ids mean: \(LabelScheme.listed). Needed for a label map, not for a case.")
    var scheme: LabelScheme?

    @Option(help: "Levels to write, for example T10-L2. Default: all that are labelled.")
    var levels: String?

    @Option(help: "File format: \(MeshFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = MeshFormat.stl

    @Option(help: "Threads to use.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @OptionGroup var sides: SideOptions

    @Flag(help: "Replace an existing folder of the same kind.")
    var force = false

    @OptionGroup var printing: OutputOptions

    func validate() throws {
        do {
            _ = try levels.map(parseLevels)
        } catch {
            throw ValidationError("--levels: \(error)")
        }
        guard threads >= 1 else { throw ValidationError("--threads must be at least 1") }
        let isCase = isCaseFolder(input)
        if scheme == nil, !isCase {
            throw ValidationError("--scheme says what the label ids mean and is never guessed: \(LabelScheme.listed)")
        }
        if scheme != nil, isCase { throw ValidationError("--scheme is for a label map; the labels of a case are always in scheme lamina") }
    }

    func run() throws {
        let startedAt = Date()
        try runLogged("mesh", options: printing) { log in
            try checkOutputKind(output, command: "mesh")
            var made: [VertebraMesh] = []
            try writeCase(at: output, replacing: force) { draft in
                let labels = try log.stage("read labels") { try readVertebrae(log) }
                let wanted = try levels.map(parseLevels) ?? labels.levels
                let surfaces = SurfaceParameters()
                made = try log.stage("make meshes") {
                    try vertebraMeshes(of: wanted, in: labels, parameters: surfaces, threads: threads, log: log)
                }
                guard !made.isEmpty else { throw noVertebra }
                try log.stage("write files") {
                    for mesh in made { try draft.write(mesh.surface.mesh, to: "\(mesh.level).\(format.rawValue)") }
                    try draft.write(.joined(made.map(\.surface.mesh)), to: "spine.\(format.rawValue)")
                }
                return Manifest(
                    laminaVersion: laminaVersion, arguments: CommandLine.arguments, exit: .ok, startedAt: startedAt, finishedAt: Date(),
                    engines: engines(), parameters: ["surface": try JSONValue(surfaces), "situs_inversus": .bool(sides.situsInversus)],
                    inputs: try draft.inputRecords(at: input),
                    stages: log.stages, warnings: log.warnings,
                    measurements: ["meshes": try measurements(of: made)])
            }
            return CommandOutcome(output: output, text: "\(made.map(\.level.name).joined(separator: ", ")) written to \(output)")
        }
    }

    private func readVertebrae(_ log: RunLog) throws -> VertebraLabels {
        let image = try readLabels(at: isCaseFolder(input) ? labelsOfCase() : input)
        for warning in image.warnings { log.warn(warning.code.rawValue, "the label map: \(warning.message)") }
        var parameters = LabelImportParameters()
        parameters.isSitusInversus = sides.situsInversus
        do {
            let labels = try importLabels(
                image.volume, scheme: scheme ?? .lamina, onto: image.volume.geometry, parameters: parameters)
            for warning in labels.relevant(labels.warnings, to: try levels.map(parseLevels) ?? labels.levels) {
                log.warn(warning.code.rawValue, warning.message, levels: warning.levels)
            }
            return labels
        } catch let error as SegmentationError {
            throw failure(of: error, place: input)
        }
    }

    /// The label map of the case, once every file of it is known to be as it was written.
    private func labelsOfCase() throws -> String {
        let name = "labels.nii.gz"
        guard try verifyCase(at: input).manifest.outputs.contains(where: { $0.path == name }) else {
            throw CommandFailure(
                .corruptInput, code: "case_without_labels", what: "this folder holds no \(name), so there is nothing to mesh", place: input,
                remedy: "Give a case that 'lamina plan' or 'lamina phantom' wrote, or a label map")
        }
        return input + "/" + name
    }

    private var noVertebra: CommandFailure {
        CommandFailure(
            .noSpine, code: "no_vertebra", what: "none of the levels asked for is in the labels", place: input,
            remedy: "Leave --levels away to write all that are labelled")
    }
}

extension MeshFormat: ExpressibleByArgument {}
