import Anatomy
import CaseFolder
import Digests
import Foundation
import Frames
import Planning
import Protocols
import Tracking

/// A moment's vertebrae as they are published, each with its planned screws.
func tickBodies(of found: TrackedMoment, plan: PlanFile) -> [TickBody] {
    found.estimates.map { estimate in
        let causes = estimate.causes.map(\.rawValue)
        let shafts = plannedShafts(of: plan, levels: [estimate.level])
        let screws = shafts.map { shaft in
            TickScrew(
                shaft, of: plan, in: estimate.roomFromVertebra,
                seen: found.screws?.first { $0.level == shaft.level && $0.side == shaft.side })
        }
        guard let pose = estimate.roomFromVertebra, let covariance = estimate.covariance else {
            return TickBody(lost: estimate.level, causes: causes, screws: screws)
        }
        return TickBody(
            level: estimate.level,
            pose: TickBody.Pose(
                roomFromVertebra: pose, covariance: covariance, isDepthObservable: estimate.isDepthObservable,
                residual: min(1, max(0, estimate.evidence.outliers)), confidence: min(1, max(0, estimate.evidence.agreement))),
            causes: causes, screws: screws)
    }
}

extension TrackedCase {
    /// All that is tracked, lost for want of frames.
    var silentBodies: [TickBody] {
        model.vertebrae.map(\.level).map { level in
            TickBody(
                lost: level, causes: ["no_frame"],
                screws: plannedShafts(of: plan, levels: [level]).map { TickScrew($0, of: plan, in: nil, seen: nil) })
        }
    }
}

extension TickScrew {
    fileprivate init(_ shaft: PlannedShaft, of plan: PlanFile, in pose: RigidTransform<Room, Frames.Vertebra>?, seen: ScrewPose?) {
        let roomFromScrew = pose.map { $0 * shaft.vertebraFromScrew }
        let planned = plan.screws.first { $0.level == shaft.level.name && $0.side == shaft.side }
        // The columns of a rotation are of unit length.
        self.init(
            side: shaft.side, diameterMM: shaft.diameter, lengthMM: shaft.length, planStatus: planned.flatMap { PlanStatus($0.status) },
            planned: roomFromScrew.flatMap { Axis(entry: $0.origin, direction: $0.rotation.columns.2) },
            state: pose == nil ? nil : seen?.state, causes: pose == nil ? [] : seen?.causes ?? [],
            measured: pose == nil ? nil : seen?.measured.flatMap(Measured.init))
    }
}

extension TickScrew.PlanStatus {
    /// Nil where there is no screw.
    fileprivate init?(_ status: PlanFile.Status) {
        switch status {
        case .planned: self = .planned
        case .adjusted: self = .adjusted
        case .riskAccepted: self = .riskAccepted
        case .refused, .removed: return nil
        }
    }
}

extension TickScrew.Measured {
    /// Nil where entry and tip are one point.
    fileprivate init?(_ measured: ScrewPose.Measured) {
        func point(_ numbers: [Double]) -> Point<Room> { Point(numbers[0], numbers[1], numbers[2]) }
        let entry = point(measured.roomEntry)
        guard let direction = UnitVector(point(measured.roomTip) - entry), let axis = TickScrew.Axis(entry: entry, direction: direction.xyz)
        else { return nil }
        let off = measured.deviation
        self.init(
            axis: axis, entryDeviationMM: off.entryMM, entrySigmaMM: off.entrySigmaMM, tipDeviationMM: off.tipMM,
            tipSigmaMM: off.tipSigmaMM, angleDeg: off.angleDeg)
    }
}

extension StreamIdentity {
    /// - Parameter patient: a pseudonym; nil: the scan stands for the patient.
    init(of tracked: TrackedCase, patient: String?) {
        let scan = tracked.plan.image.sha256
        func hash(_ text: String) -> String { sha256(of: Data(text.utf8)) }
        self.init(
            planSHA256: tracked.planSHA256, patientSHA256: patient.map(hash) ?? scan,
            studySHA256: tracked.plan.image.studyUID.map(hash) ?? scan,
            levelEstimated: tracked.plan.levelEstimated, approval: TickApproval(tracked.approval.summary))
    }
}

extension TickApproval {
    fileprivate init(_ summary: ApprovalSummary) {
        switch summary.state {
        case .notApproved: self = .none
        case .void: self = .void
        case .approved: self = summary.signatures.contains(where: \.isTrusted) ? .trusted : .signed
        }
    }
}
