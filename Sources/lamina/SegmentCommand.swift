import ArgumentParser
import CaseFolder
import Foundation
import ImageFiles
import Protocols
import Segmentation

/// `lamina segment`: CT in, a label map of its vertebrae out.
struct SegmentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "segment", abstract: "Find, part and name the vertebrae of a CT.",
        discussion: """
            Writes a label map (VerSe ids: --scheme lamina) on the CT's grid. Names that no sacrum, rib or anchor settles are an estimate, and a warning \
            (level_estimated) says so. Exit codes: 0 written, 4 no spine found, 3 damaged or wrong input, 2 usage, \
            6 storage or stopped, 7 a network of --model was changed.
            """)

    @Argument(help: "A DICOM folder or file, NIfTI (.nii, .nii.gz), NRRD or MHA.", completion: .file())
    var input: String

    @Option(name: .shortAndLong, help: "The label map to write: .nii.gz or .nii.", completion: .file())
    var output: String

    @Option(help: "Also write what was measured of each vertebra, as JSON (segmentation.schema.json).", completion: .file())
    var report: String?

    @OptionGroup var image: ImageOptions

    @OptionGroup var segmentation: SegmentationOptions

    @Flag(help: "Replace existing files.")
    var force = false

    @Option(help: "Threads. Default: one for each core.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @OptionGroup var printing: OutputOptions

    func validate() throws {
        if !(1...64).contains(threads) { throw ValidationError("--threads takes 1 to 64") }
        guard output.hasSuffix(".nii") || output.hasSuffix(".nii.gz") else {
            throw ValidationError("-o takes a name that ends in .nii.gz or .nii")
        }
        let files = [input, output] + [report].compactMap(\.self)
        if Set(files.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }).count < files.count {
            throw ValidationError("INPUT, -o and --report are to be different files")
        }
    }

    func run() throws {
        try runLogged("segment", options: printing) { log in
            for (path, option) in [(output, "-o"), (report, "--report")] {
                guard let path else { continue }
                do {
                    try checkOutputFile(path, replacing: force)
                } catch let error as CaseFolderError {
                    throw failure(of: error, place: option)
                }
            }
            let ct = try log.stage("read CT") { try readCT(at: input, options: image.readOptions(threads: threads)) }
            for warning in ct.warnings { log.warn(warning.code.rawValue, "the CT: \(warning.message)") }
            if image.isSyntheticCT { log.warn("synthetic_ct", syntheticCTCaution) }
            let found = try automaticLabels(of: ct, options: segmentation, threads: threads, log: log)
            for warning in found.segmentation.labels.warnings { log.warn(warning.code.rawValue, warning.message, levels: warning.levels) }
            let file = SegmentationFile(found)
            try log.stage("write") {
                let labels = found.segmentation.labels.volume
                var files = [OutputFile(path: output) { path in try reportingTheDisk(path) { try writeNIfTI(labels, to: $0) } }]
                if let report {
                    let data = try encodedJSON(file)
                    files.append(OutputFile(path: report) { try writeDurably(data, to: $0) })
                }
                try writeOutputFiles(files, replacing: force)
            }
            return CommandOutcome(output: output, text: segmentationTable(file, warnings: log.warnings) + "\n\nLabels written to \(output)")
        }
    }
}
