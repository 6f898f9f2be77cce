import Anatomy
import ArgumentParser
import CaseFolder
import Foundation
import ImageFiles
import Phantom
import Protocols

/// `lamina phantom`: a synthetic CT, its label map, and everything that is known about it on paper.
struct PhantomCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phantom", abstract: "Write a synthetic spine CT with its labels and the truth about it.",
        discussion: """
            Writes ct.nii.gz (HU), labels.nii.gz (VerSe ids: --scheme lamina) and truth.json (per pedicle: axis, isthmus centre, width, height; \
            endplates; canal; LPS mm). The same options give the same bytes. The left transverse process is always the longer one, and the aorta \
            lies on the left. Exit codes: 0 written, 2 usage, 6 storage or stopped.
            """)

    @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
    var output: String

    @Option(help: "Everything random comes from this number: sizes, angles, posture, noise.")
    var seed: UInt64 = 1

    @Option(help: "Levels to draw, T1 to L5 and S1, for example T9-L3.")
    var levels = "T9-L3"

    @Option(help: "A way of scanning: \(PhantomVariant.allCases.map(\.rawValue).joined(separator: ", ")).")
    var variant = PhantomVariant.plain

    @Option(help: "Voxel spacing in mm: one number, or X,Y,Z. Default: 1, or the variant's.")
    var spacing: SpacingOption?

    @Option(help: "Turn the patient about an axis of LPS, right-hand rule: AXIS,DEGREES, for example x,20.")
    var rotate: TurnOption?

    @Flag(help: "Replace an existing folder of the same kind.")
    var force = false

    @OptionGroup var printing: OutputOptions

    func validate() throws {
        do {
            _ = try parseLevels(levels)
        } catch {
            throw ValidationError("--levels: \(error)")
        }
        if rotate != nil, variant == .rotated { throw ValidationError("--rotate and --variant rotated exclude each other") }
    }

    func run() throws {
        let startedAt = Date()
        try runLogged("phantom", options: printing) { log in
            try checkOutputKind(output, command: "phantom")
            let parameters = try parameters()
            let phantom = try log.stage("draw") { try makePhantom(parameters: parameters, seed: seed) }
            try writeCase(at: output, replacing: force) { draft in
                try log.stage("write") {
                    try draft.write(phantom.ct, to: "ct.nii.gz")
                    try draft.write(phantom.labels, to: "labels.nii.gz")
                    try draft.write(encodedJSON(phantom.truth), to: "truth.json")
                }
                return Manifest(
                    laminaVersion: laminaVersion, arguments: CommandLine.arguments, exit: .ok, startedAt: startedAt, finishedAt: Date(),
                    engines: engines(), parameters: ["phantom": try JSONValue(parameters), "seed": try JSONValue(seed)], inputs: [],
                    stages: log.stages, warnings: log.warnings)
            }
            return CommandOutcome(output: output, text: report(phantom))
        }
    }

    private func parameters() throws -> PhantomParameters {
        var parameters = PhantomParameters()
        parameters.levels = try parseLevels(levels)
        variant.apply(to: &parameters)
        if let spacing { parameters.spacing = spacing.millimetres }
        if let rotate { parameters.patientTurn = rotate.turn }
        return parameters
    }

    private func report(_ phantom: Phantom) -> String {
        let grid = phantom.ct.geometry
        let rows = phantom.truth.vertebrae.flatMap { vertebra in
            vertebra.pedicles.map { pedicle in
                String(
                    format: "%@ %@ pedicle: width %.1f mm, height %.1f mm", vertebra.level, pedicle.side.rawValue, pedicle.width,
                    pedicle.height)
            }
        }
        return """
            Phantom of seed \(seed), \(grid.size.x) x \(grid.size.y) x \(grid.size.z) voxels of \
            \(grid.spacing.x) x \(grid.spacing.y) x \(grid.spacing.z) mm
            \(rows.joined(separator: "\n"))
            ct.nii.gz, labels.nii.gz (--scheme lamina) and truth.json written to \(output)
            """
    }
}

extension PhantomVariant: ExpressibleByArgument {}

/// "1" or "0.7,0.7,2.5".
struct SpacingOption: ExpressibleByArgument {
    let millimetres: SIMD3<Double>

    init?(argument: String) {
        let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        switch (numbers.count, numbers.compactMap { $0 }) {
        case (1, let n) where n.count == 1: millimetres = SIMD3(repeating: n[0])
        case (3, let n) where n.count == 3: millimetres = SIMD3(n[0], n[1], n[2])
        default: return nil
        }
    }
}

/// "x,20".
struct TurnOption: ExpressibleByArgument {
    let turn: PhantomParameters.Turn

    init?(argument: String) {
        let axes: [Substring: SIMD3<Double>] = ["x": SIMD3(1, 0, 0), "y": SIMD3(0, 1, 0), "z": SIMD3(0, 0, 1)]
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2, let axis = axes[parts[0]], let degrees = Double(parts[1]) else { return nil }
        turn = PhantomParameters.Turn(axis: axis, angleDeg: degrees)
    }
}
