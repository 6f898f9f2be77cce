import Anatomy
import CaseFolder
import Foundation
import Frames
import ImageFiles
import Meshes
import Planning
import Protocols
import Volumes

/// Writes everything of a case but its manifest, and returns what was measured on the way.
func writePlanFiles(
    _ plan: SpinePlan, _ file: PlanFile, _ images: PlanInputs, into draft: CaseDraft, log: RunLog
) throws -> [String: JSONValue] {
    let meshes = try log.stage("make meshes") {
        let modelled = Dictionary(uniqueKeysWithValues: plan.vertebrae.map { ($0.level, $0.bone) })
        return try vertebraMeshes(
            of: images.levels, in: images.labels, modelled: modelled, parameters: images.planning.vertebra.surface,
            threads: images.request.threads, log: log)
    }
    try log.stage("write files") {
        for made in meshes { try writeMesh(made.surface.mesh, to: draft.path("meshes/\(made.level).stl")) }
        try writeMesh(.joined(meshes.map(\.surface.mesh)), to: draft.path("meshes/spine.stl"))
        try writeScrewMeshes(plan, into: draft)
        try writeNIfTI(images.labels.volume, to: draft.path("labels.nii.gz"))
        try writeDurably(file.json(), to: draft.path("plan.json"))
        try writeDurably(Data(screwCSV(file).utf8), to: draft.path("screws.csv"))
    }
    return ["meshes": .object(Dictionary(uniqueKeysWithValues: try meshes.map { ($0.level.name, try JSONValue($0.report)) }))]
}

/// Writes each planned screw where it stands in the patient.
private func writeScrewMeshes(_ plan: SpinePlan, into draft: CaseDraft) throws {
    for pedicle in plan.screws {
        guard let screw = pedicle.screw, let patientFromVertebra = pedicle.patientFromVertebra else { continue }
        let inScrew: TriangleMesh<Screw> = screwMesh(diameter: screw.diameter, length: screw.length)
        let inPatient = inScrew.transformed(by: patientFromVertebra * screw.vertebraFromScrew)
        try writeMesh(inPatient, to: draft.path("screws/\(pedicle.level)_\(pedicle.side.rawValue).stl"))
    }
}

/// Names and versions of the libraries that took part in a plan.
func engines() -> [String: String] { ["libcrypto": digestLibraryVersion()] }
