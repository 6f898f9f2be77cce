import Anatomy
import CaseFolder
import Exchange
import Foundation
import ImageFiles
import Protocols
import Segmentation

/// One run of `lamina export`: a verified case, and how it is written.
struct CaseExport {
    let exported: ExportedCase
    let approval: CheckedApproval
    private let planned: PlannedCase
    private let command: ExportCommand
    private let log: RunLog
    private let startedAt = Date()

    /// - Throws: `CaseFolderError`, `MeshError`, `CommandFailure`.
    init(_ command: ExportCommand, log: RunLog) throws {
        (self.command, self.log) = (command, log)
        let planned = try log.stage("verify") { try PlannedCase(at: command.folder) }
        approval = try command.approving.check(planned.approval, of: command.folder, log: log)
        for warning in planned.plan.warnings {
            log.warn(warning.code, "the plan: \(warning.message)", levels: warning.levels.compactMap(VertebraLevel.init(name:)))
        }
        exported = try log.stage("read case") { try ExportedCase(planned) }
        self.planned = planned
    }

    /// - Throws: `CaseFolderError`, `ExchangeError`, `ImageFileError`, `CommandFailure`.
    func write(to output: String) throws {
        switch command.format {
        case .glb: try writeFile(output) { try writeDurably(glbBytes(of: exported), to: $0) }
        case .threeMF: try writeFile(output) { try writeThreeMF(exported, to: $0) }
        case .mrb:
            let scan = try readScan()
            try writeFile(output) { try writeSlicerScene(exported, ct: scan.ct.volume, labels: scan.labels.volume, to: $0) }
        case .dicom: try writeDicom(output)
        }
    }

    private func writeFile(_ output: String, _ write: @escaping (String) throws -> Void) throws {
        let file = OutputFile(path: output) { place in try reportingTheDisk { try write(place) } }
        try log.stage("write") { try writeOutputFiles([file], replacing: command.force) }
    }

    private func readScan() throws -> (ct: CTImage, files: [FileRecord], labels: VertebraLabels) {
        let (ct, files) = try planned.readScan(at: command.input, option: "--input", threads: command.threads, log: log)
        let labels = try importLabels(
            readLabels(at: planned.folder + "/labels.nii.gz").volume, scheme: .lamina, onto: ct.volume.geometry)
        return (ct, files, labels)
    }

    private func writeDicom(_ output: String) throws {
        let scan = try readScan()
        guard scan.ct.metadata.format == .dicom else { throw ExchangeError.notDICOM(path: command.input ?? planned.command.request.input) }
        try writeCase(at: output, replacing: command.force) { draft in
            let objects = try DicomObjects(
                exported, sources: scan.ct.files, plannedAt: planned.manifest.finishedAt, deidentified: command.deidentify)
            try log.stage("write") {
                try reportingTheDisk {
                    try objects.writeSegmentation(
                        scan.labels.volume, isAutomatic: planned.segmentation != nil, to: draft.path("segmentation.dcm"))
                    try objects.writeMeshes { try draft.path($0) }
                }
            }
            return manifest(of: scan.files)
        }
    }

    /// Of a de-identified export neither the command line nor paths: they may name the patient.
    private func manifest(of files: [FileRecord]) -> Manifest {
        let plan = planned.manifest.outputs.filter { $0.path == "plan.json" }
        let isOpen = !command.deidentify
        return Manifest(
            laminaVersion: laminaVersion,
            arguments: isOpen ? CommandLine.arguments : ["lamina", "export", "--format", command.format.rawValue, "--deidentify"],
            exit: .ok,
            startedAt: startedAt, finishedAt: Date(), engines: engines(), parameters: ["deidentified": .bool(command.deidentify)],
            inputs: isOpen ? plan + files : plan, stages: log.stages,
            // Messages of warnings may hold UIDs; codes do not.
            warnings: isOpen ? log.warnings : log.warnings.map { CommandWarning(code: $0.code, message: $0.code, levels: $0.levels ?? []) })
    }
}

/// Turns what the disk answered into the error of a case's files, which knows where the output will stand.
private func reportingTheDisk(_ write: () throws -> Void) throws {
    do { try write() } catch ExchangeError.writeFailed(let path, let code) {
        throw CaseFolderError.system(action: "write", path: path, errno: code)
    }
}
