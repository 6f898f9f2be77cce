import Anatomy
import CaseFolder
import Foundation
import Frames
import ImageFiles
import Planning
import Protocols
import Segmentation
import Tracking

/// A verified case with the scan that it was planned on, ready to be tracked.
struct TrackedCase {
    let plan: PlanFile
    let model: SpineModel
    let approval: CheckedApproval
    /// Of plan.json as it was verified and read.
    let planSHA256: String
    /// The case's files and the scan's, by their bytes.
    let inputs: [FileRecord]

    /// - Parameters:
    ///   - scan: where the scan is now; nil for where the case was planned from.
    ///   - levels: to track; nil for every vertebra that the plan has a frame of.
    ///   - required: what the plan's approval must be.
    ///   - surroundings: what lies around the vertebrae in the frames.
    /// - Throws: `CaseFolderError`, `ImageFileError`, `TrackingError`; `CommandFailure` for what is no plan, a level that the plan has not, another scan.
    init(
        at folder: String, scan: String?, levels: [VertebraLevel]?, approval required: ApprovalOptions,
        surroundings: Surroundings = .patient, threads: Int, log: RunLog
    ) throws {
        let old = try log.stage("verify") { try PlannedCase(at: folder) }
        approval = try required.check(old.approval, of: folder, log: log)
        let (ct, digests) = try old.readScan(at: scan, option: "--ct", threads: threads, log: log)
        let labels = try importLabels(readLabels(at: folder + "/labels.nii.gz").volume, scheme: .lamina, onto: ct.volume.geometry)
        plan = old.plan
        // What the plan warned of, such as levels that are an estimate, holds for what is tracked by it.
        for warning in plan.warnings {
            log.warn(warning.code, "the plan: \(warning.message)", levels: warning.levels.compactMap(VertebraLevel.init(name:)))
        }
        let frames = try vertebraFrames(of: old.plan, levels: levels, place: folder)
        model = try log.stage("model") { try SpineModel(ct: ct.volume, labels: labels.volume, frames: frames, surroundings: surroundings) }
        inputs = digests + old.verifiedCore
        planSHA256 = old.sha256(of: "plan.json")
        // All of this takes a while: what is tracked must be one plan, and not the first half of one and the second of another.
        try checkUnchanged(old.verifiedCore)
    }
}

private func vertebraFrames(
    of plan: PlanFile, levels: [VertebraLevel]?, place: String
) throws -> [VertebraLevel: RigidTransform<Patient, Frames.Vertebra>] {
    var frames: [VertebraLevel: RigidTransform<Patient, Frames.Vertebra>] = [:]
    for vertebra in plan.vertebrae {
        guard let level = VertebraLevel(name: vertebra.level), levels?.contains(level) ?? true else { continue }
        guard let frame = vertebra.frame else { throw unreadableCase("its frame of \(level.name) is no rigid transform", place) }
        frames[level] = frame
    }
    let missing = (levels ?? []).filter { frames[$0] == nil }
    guard missing.isEmpty, !frames.isEmpty else {
        throw CommandFailure(
            .usage, code: "level_not_in_plan",
            what: missing.isEmpty
                ? "the plan has no vertebra with a frame of its own"
                : "the plan has no frame of \(missing.map(\.name).joined(separator: ", ")) (cut by the scan's edge, or not planned)",
            place: place, remedy: "The plan has \(plan.vertebrae.map(\.level).joined(separator: ", ")); plan the case with more --levels")
    }
    return frames
}

extension PlanFile {
    /// Whether the names of its levels are an estimate.
    var levelEstimated: Bool { warnings.contains { $0.code == LabelWarning.Code.levelEstimated.rawValue } }
}
