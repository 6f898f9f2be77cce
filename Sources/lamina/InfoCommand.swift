import ArgumentParser
import Foundation
import Frames
import ImageFiles
import Protocols

/// `lamina info`: geometry, HU range, series, orientation and warnings of an image.
struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Show the geometry, HU range, series and warnings of a CT.",
        discussion: """
            Points are LPS mm: x to the patient's left, y to the back, z to the head. Exit codes: 0 it can be read, 3 it cannot (the series found are \
            listed all the same), 2 usage, 6 storage.
            """)

    @Argument(help: "A DICOM folder or file, NIfTI (.nii, .nii.gz), NRRD or MHA.", completion: .file())
    var input: String

    @OptionGroup var image: ImageOptions

    @Option(name: .customLong("probe"), parsing: .unconditionalSingleValue, help: "Show the HU at the LPS point X,Y,Z in mm; repeatable.")
    var probes: [ProbePoint] = []

    @OptionGroup var printing: OutputOptions

    func run() throws {
        var report: InfoReport
        var problem: (any Error)?
        do {
            let inspection = try inspectImage(at: input, options: image.readOptions())
            report = InfoReport(inspection, probes: probes.map(\.point))
            if case .failure(let error) = inspection.image { problem = error }
        } catch {
            report = InfoReport()
            problem = error
        }
        report.error = problem.map { commandFailure(for: $0) }
        let unwritten = writeToStandardOutput(try printing.isJSON ? encodedJSON(report) : Data(report.text.utf8))
        guard let failure = report.error ?? unwritten else { return }
        // The report above is this command's only JSON on stdout.
        throw ExitCode(RunLog(command: "info", options: OutputOptions(isJSON: false)).finish(failing: failure))
    }
}

/// A point given as X,Y,Z.
struct ProbePoint: ExpressibleByArgument {
    let point: Point<Patient>

    init?(argument: String) {
        let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).compactMap { Double($0) }
        guard numbers.count == 3, numbers.allSatisfy(\.isFinite) else { return nil }
        point = Point(numbers[0], numbers[1], numbers[2])
    }
}
