import Anatomy
import CaseFolder
import Digests
import Foundation
import Frames
import ImageFiles
import Meshes
import Planning
import Protocols
import Volumes

/// A case's vertebrae as meshes: made for it, or those of the case that it takes the place of.
enum CaseMeshes {
    case made([VertebraMesh])
    /// Byte for byte: the labels are the same.
    case kept(PlannedCase)
}

/// Writes everything of a case but its manifest and audit, and returns what was measured on the way. Whatever stands in a case is written here, whichever
/// command makes it.
///
/// - Parameter vertebrae: of all levels of the plan that can be modelled, for the report.
func writePlanFiles(
    _ file: PlanFile, _ images: PlanInputs, meshes: CaseMeshes, vertebrae: [VertebraModel], into draft: CaseDraft, log: RunLog
) throws -> [String: JSONValue] {
    let planBytes = try encodedJSON(file)
    let report = try log.stage("make report") {
        try caseReport(file, planBytes: planBytes, vertebrae: vertebrae, meshes: meshes, images, log: log)
    }
    return try log.stage("write files") {
        let measured = try write(meshes, into: draft)
        try writeScrewMeshes(file, into: draft)
        try draft.write(images.labels.volume, to: "labels.nii.gz")
        try draft.write(planBytes, to: "plan.json")
        if let segmentation = images.origin.segmentation { try draft.write(encodedJSON(segmentation), to: SegmentationFile.name) }
        try draft.write(Data(screwCSV(file).utf8), to: "screws.csv")
        try draft.write(report, to: reportFileName)
        return measured
    }
}

private func write(_ meshes: CaseMeshes, into draft: CaseDraft) throws -> [String: JSONValue] {
    switch meshes {
    case .made(let meshes):
        for made in meshes { try draft.write(made.surface.mesh, to: "meshes/\(made.level).stl") }
        try draft.write(.joined(meshes.map(\.surface.mesh)), to: "meshes/spine.stl")
        return ["meshes": try measurements(of: meshes)]
    case .kept(let old):
        for record in old.manifest.outputs where record.path.hasPrefix("meshes/") {
            let path = old.folder + "/" + record.path
            guard let data = FileManager.default.contents(atPath: path), sha256(of: data) == record.sha256 else {
                throw CaseFolderError.inputChanged(path: path)
            }
            try draft.write(data, to: record.path)
        }
        return old.manifest.measurements.filter { $0.key == "meshes" }
    }
}

/// Writes each screw where it stands in the patient.
private func writeScrewMeshes(_ plan: PlanFile, into draft: CaseDraft) throws {
    for pedicle in plan.screws {
        guard let diameter = pedicle.diameter, let length = pedicle.length else { continue }
        guard let patientFromVertebra = pedicle.vertebraFrame, let vertebraFromScrew = pedicle.screwFrame else {
            throw unreadableCase("the screw \(pedicle.level)_\(pedicle.side.rawValue) is not whole", draft.target)
        }
        let inScrew: TriangleMesh<Screw> = screwMesh(diameter: diameter, length: length)
        try draft.write(
            inScrew.transformed(by: patientFromVertebra * vertebraFromScrew), to: "screws/\(pedicle.level)_\(pedicle.side.rawValue).stl")
    }
}

extension PlanFile.Warning {
    init(_ warning: CommandWarning) {
        self.init(code: warning.code, message: warning.message, levels: warning.levels ?? [])
    }
}
