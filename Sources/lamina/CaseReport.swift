import Anatomy
import Digests
import Foundation
import Meshes
import Planning
import Protocols
import Report
import ThreeJS

/// The file of a case that a surgeon opens.
let reportFileName = "report.html"

func noReport(inCaseAt folder: String) -> CommandFailure {
    CommandFailure(
        .usage, code: "no_report", what: "this case has no \(reportFileName)", place: folder,
        remedy: "Pass a case that 'lamina plan' wrote; older ones are to be planned anew")
}

/// - Parameter planBytes: of plan.json, as written.
/// - Throws: `ReportError`, `ImageFileError`, `MeshError`.
func caseReport(
    _ file: PlanFile, planBytes: Data, vertebrae: [VertebraModel], meshes: CaseMeshes, _ images: PlanInputs, log: RunLog
) throws -> Data {
    var content = reportContent(file, planSHA256: sha256(of: planBytes), vertebrae: vertebrae, images)
    (content.meshes, content.viewer) = (try levelMeshes(meshes), viewer(log))
    return try reportHTML(content, threads: images.request.threads)
}

/// All that a report shows but the view in space.
func reportContent(_ plan: PlanFile, planSHA256: String, vertebrae: [VertebraModel], _ images: PlanInputs) -> ReportContent {
    ReportContent(
        plan: plan, planSHA256: planSHA256, tool: "lamina \(laminaVersion)", pseudonym: images.request.pseudonym,
        studyDate: images.request.studyDate, levelBasis: LevelBasis(images.origin), ct: images.ct.volume, labels: images.labels.volume,
        vertebrae: vertebrae,
        meshes: [], viewer: .missing(reason: "it was not asked for"))
}

private func levelMeshes(_ meshes: CaseMeshes) throws -> [ReportContent.LevelMesh] {
    switch meshes {
    case .made(let made): return made.map { ReportContent.LevelMesh(level: $0.level.name, mesh: $0.surface.mesh) }
    case .kept(let old):
        return try VertebraLevel.craniocaudal.filter { level in old.manifest.outputs.contains { $0.path == "meshes/\(level).stl" } }.map {
            ReportContent.LevelMesh(level: $0.name, mesh: try readMesh(at: "\(old.folder)/meshes/\($0).stl"))
        }
    }
}

/// A plan is worth having without its view in space.
private func viewer(_ log: RunLog) -> ReportContent.Viewer {
    do {
        let scripts = try [ThreeScript.minified, .orbitControls].map { String(decoding: try $0.read(), as: UTF8.self) }
        return .three(library: scripts[0], controls: scripts[1])
    } catch {
        log.warn("three_js_missing", "\(reportFileName) has no 3D view: \(error)")
        return .missing(reason: "\(error)")
    }
}

extension LevelBasis {
    fileprivate init(_ origin: LabelOrigin) {
        if origin.record["relabelled_by"] != nil {
            self = .renamed
        } else if let found = origin.segmentation {
            self = .counted(anchors: found.anchors.map(\.rawValue), probability: found.probability, isEstimate: found.levelEstimated)
        } else if case .string(let scheme) = origin.record["scheme"] {
            self = .given(scheme: scheme)
        } else {
            self = .unknown
        }
    }
}
