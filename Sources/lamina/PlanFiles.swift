import Anatomy
import CaseFolder
import Foundation
import Frames
import ImageFiles
import Meshes
import Planning
import Protocols
import Volumes

/// Writes everything of a case but its manifest, and returns the plan file and what was measured on the way.
func writePlanFiles(
    _ plan: SpinePlan, _ images: PlanInputs, image: PlanFile.Image, into draft: CaseDraft, log: RunLog
) throws -> (file: PlanFile, measurements: [String: JSONValue]) {
    let meshes = try log.stage("make meshes") {
        let modelled = Dictionary(uniqueKeysWithValues: plan.vertebrae.map { ($0.level, $0.bone) })
        return try vertebraMeshes(
            of: images.levels, in: images.labels, modelled: modelled, parameters: images.planning.vertebra.surface,
            threads: images.request.threads, log: log)
    }
    // Every warning of the run is known by now.
    let file = PlanFile(plan, image: image, warnings: log.warnings.map(PlanFile.Warning.init))
    try log.stage("write files") {
        for made in meshes { try draft.write(made.surface.mesh, to: "meshes/\(made.level).stl") }
        try draft.write(.joined(meshes.map(\.surface.mesh)), to: "meshes/spine.stl")
        try writeScrewMeshes(plan, into: draft)
        try draft.write(images.labels.volume, to: "labels.nii.gz")
        try draft.write(encodedJSON(file), to: "plan.json")
        if let segmentation = images.origin.segmentation { try draft.write(encodedJSON(segmentation), to: SegmentationFile.name) }
        try draft.write(Data(screwCSV(file).utf8), to: "screws.csv")
    }
    return (file, ["meshes": try measurements(of: meshes)])
}

/// Writes each planned screw where it stands in the patient.
private func writeScrewMeshes(_ plan: SpinePlan, into draft: CaseDraft) throws {
    for pedicle in plan.screws {
        guard let screw = pedicle.screw, let patientFromVertebra = pedicle.patientFromVertebra else { continue }
        let inScrew: TriangleMesh<Screw> = screwMesh(diameter: screw.diameter, length: screw.length)
        let inPatient = inScrew.transformed(by: patientFromVertebra * screw.vertebraFromScrew)
        try draft.write(inPatient, to: "screws/\(pedicle.level)_\(pedicle.side.rawValue).stl")
    }
}

extension PlanFile.Warning {
    fileprivate init(_ warning: CommandWarning) {
        self.init(code: warning.code, message: warning.message, levels: warning.levels ?? [])
    }
}
