import ArgumentParser
import CaseFolder
import Exchange
import Foundation
import Protocols

/// `lamina export`: a planned case in the form that another program reads.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Hand a planned case to other programs.",
        discussion: """
            Verifies the case and writes all of it: glb (AR, web), 3mf (print labs), mrb (a scene of 3D Slicer, with the CT), dicom (a folder of a \
            Segmentation and Encapsulated STLs). Frames, units and names: Protocols/Specification/export.md. Exit codes: 0 written, 2 usage, 3 a \
            damaged scan, 6 storage, 7 a case or scan that was changed.
            """)

    @Argument(help: "A case that 'lamina plan' wrote.", completion: .directory)
    var folder: String

    @Option(help: "What to write: \(ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format: ExportFormat

    @Option(
        name: .shortAndLong, help: "The file to write, or for dicom the folder. Default: beside the case, under its name.",
        completion: .file())
    var output: String?

    @Option(help: "For mrb and dicom: where the scan is now, if it is no longer where the case was planned from.", completion: .file())
    var input: String?

    @Flag(help: "Leave out all that identifies the patient (PS3.15 Basic Profile). Needs -o, since the case's name may say who it is.")
    var deidentify = false

    @Flag(help: "Replace an existing output of the same kind.")
    var force = false

    @Option(help: "Threads to use.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @OptionGroup var approving: ApprovalOptions

    @OptionGroup var printing: OutputOptions

    func validate() throws {
        guard (1...64).contains(threads) else { throw ValidationError("--threads takes 1 to 64") }
        if deidentify, output == nil {
            throw ValidationError("--deidentify needs -o: the default name is the case's, which may say who the patient is")
        }
        if input != nil, !format.holdsScan {
            throw ValidationError("--input is for mrb and dicom; \(format.rawValue) holds nothing of the scan")
        }
    }

    func run() throws {
        try runLogged("export", options: printing) { log in
            let output = output ?? URL(fileURLWithPath: folder).standardizedFileURL.path + format.ending
            if format == .dicom {
                try checkOutputKind(output, command: "export")
            } else {
                try checkOutputFile(output, replacing: force)
            }
            let export = try CaseExport(self, log: log)
            try export.write(to: output)
            let exported = export.exported
            var outcome = CommandOutcome(output: output)
            outcome.approval = export.approval.summary
            outcome.text =
                "\(exported.vertebrae.count) vertebrae and \(exported.screws.count) screws written to \(output)\n\(export.approval.text)"
            return outcome
        }
    }
}

/// What `lamina export` writes.
enum ExportFormat: String, CaseIterable, ExpressibleByArgument {
    case glb
    case threeMF = "3mf"
    case mrb
    case dicom

    var holdsScan: Bool { self == .mrb || self == .dicom }
    /// Of the output's name.
    var ending: String { self == .dicom ? "-dicom" : ".\(rawValue)" }
}
