import Anatomy
import ArgumentParser
import CaseFolder
import Foundation
import Protocols
import Simulation
import Tracking

/// `lamina simulate`: X-ray frames of a planned case whose truth is known, for `lamina track` to be tried on.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Make X-ray frames of a planned case, with the true poses.",
        discussion: """
            Reads a case that 'lamina plan' wrote and its scan, and writes a folder that 'lamina track --frames' reads: geometry.json, 16-bit PNG frames, \
            truth.jsonl, initial.json, landmarks.json, surface.json (for the judge) and manifest.json. The same options give the same bytes. Lamina's own \
            projector draws them, so they are for development and demonstration and measure no accuracy. Exit codes: 0 written, 3 damaged or wrong input, \
            2 usage, 6 storage or stopped, 7 a case or scan that was changed.
            """)

    @Argument(help: "A case that 'lamina plan' wrote.", completion: .directory)
    var folder: String

    @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
    var output: String

    @Option(help: "AP, LAT or AP+LAT.")
    var views = ViewsOption(views: SimulationParameters().views)

    @Option(help: "How many moments.")
    var frames = SimulationParameters().frames

    @Option(help: "Frames a second.")
    var fps = SimulationParameters().framesPerSecond

    @Option(help: "How the vertebrae move: \(MotionKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var motion = SimulationParameters().motion

    @Option(help: "X-rays counted a pixel behind the vertebrae, scatter included; 0: no noise.")
    var noise = SimulationParameters().photons

    @Option(help: "Scatter-to-primary ratio behind the vertebrae.")
    var scatter = SimulationParameters().scatterToPrimary

    @Flag(help: "Close shutters around the vertebrae; geometry.json says where.")
    var collimate = false

    @Flag(help: "Put the planned screws in, of titanium.")
    var implants = false

    @Option(help: "Everything random comes from this number: C-arm, motion, start, noise.")
    var seed = SimulationParameters().seed

    @Option(help: "Columns of an image, and rows.")
    var pixels = SimulationParameters().pixels

    @Option(help: "Between pixels at the detector, mm.")
    var spacing = SimulationParameters().pixelSpacing

    @Option(
        help: "Levels that move on their own and have a truth, for example T11-L2. Default: every vertebra that the plan has a frame of.",
        transform: parseLevels)
    var levels: [VertebraLevel]?

    @Option(help: "Where the scan is now, if it is no longer where the case was planned from.", completion: .file())
    var ct: String?

    @OptionGroup var approving: ApprovalOptions

    @Flag(help: "Replace an existing folder that 'lamina simulate' wrote.")
    var force = false

    @Option(help: "Threads. Default: one for each core.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @OptionGroup var printing: OutputOptions

    func validate() throws {
        func check(_ option: String, _ isGood: Bool, _ takes: String) throws {
            if !isGood { throw ValidationError("--\(option) takes \(takes)") }
        }
        try check("frames", (1...5000).contains(frames), "1 to 5000")
        try check("fps", (0.1...200).contains(fps), "0.1 to 200 frames a second")
        try check("noise", noise == 0 || (1...1_000_000).contains(noise), "0 (none), or 1 to 1000000 photons a pixel")
        try check("scatter", (0...20).contains(scatter), "a ratio from 0 to 20")
        try check("pixels", (64...2048).contains(pixels), "64 to 2048")
        try check("spacing", (0.05...5).contains(spacing), "0.05 to 5 mm")
        try check("threads", (1...64).contains(threads), "1 to 64")
        try check("motion", motion != .step || frames >= 3, "step only with 3 frames or more: it jumps in the middle of them")
    }

    func run() throws {
        try runLogged("simulate", options: printing) { log in
            try checkOutputKind(output, command: "simulate")
            let startedAt = Date()
            var outcome = CommandOutcome(output: output)
            try writeCase(at: output, replacing: force) { draft in
                let tracked = try TrackedCase(at: folder, scan: ct, levels: nil, approval: approving, threads: threads, log: log)
                let run = try SimulationRun(tracked, in: folder, levels: levels, parameters, threads: threads, draft: draft, log: log)
                outcome.approval = tracked.approval.summary
                outcome.text = run.report + "\n\n\(tracked.approval.text)\nFrames written to \(output)"
                return Manifest(
                    laminaVersion: laminaVersion, arguments: CommandLine.arguments, exit: .ok, startedAt: startedAt, finishedAt: Date(),
                    engines: engines(),
                    parameters: ["simulation": try JSONValue(parameters), "attenuation": try JSONValue(tracked.model.parameters)],
                    inputs: tracked.inputs, stages: log.stages, warnings: log.warnings, measurements: run.measurements)
            }
            return outcome
        }
    }

    private var parameters: SimulationParameters {
        var parameters = SimulationParameters()
        parameters.seed = seed
        (parameters.views, parameters.motion) = (views.views, motion)
        (parameters.frames, parameters.framesPerSecond) = (frames, fps)
        (parameters.pixels, parameters.pixelSpacing) = (pixels, spacing)
        (parameters.photons, parameters.scatterToPrimary) = (noise, scatter)
        (parameters.isCollimated, parameters.hasImplants) = (collimate, implants)
        return parameters
    }
}

extension MotionKind: ExpressibleByArgument {}

/// "AP", "LAT" or "AP+LAT".
struct ViewsOption: ExpressibleByArgument {
    let views: [ProjectionView]

    init(views: [ProjectionView]) { self.views = views }

    init?(argument: String) {
        let named = argument.split(separator: "+", omittingEmptySubsequences: false).map { ProjectionView(rawValue: String($0)) }
        let views = named.compactMap(\.self)
        guard views.count == named.count, Set(views).count == views.count else { return nil }
        self.views = views
    }

    var defaultValueDescription: String { views.map(\.rawValue).joined(separator: "+") }
}
