import Foundation
import Frames

extension SpineTracker {
    /// The prior of a moment: the last poses, the group's drift since and each vertebra's own motion, which fades towards where the CT has it.
    ///
    /// - Parameter gap: seconds since the last frame with a pose; without any, the group may lie far off.
    func expectation(after gap: Double, _ cameras: [CArmCamera]) throws -> PosePrior {
        let motion = GroupMotion(of: poses)
        guard time != nil else {
            return try prior(
                at: poses, motion, turn: parameters.startTurn, shift: parameters.startShift, depth: parameters.startDepthShift, ownShare: 1,
                cameras)
        }
        let seen = framesLost.indices.filter { framesLost[$0] == 0 }
        // All were lost for a moment: none is more certain than another.
        let known = seen.isEmpty ? Array(poses.indices) : seen
        let group = try groupPose(of: known.map { model.vertebrae[$0] }, at: known.map { poses[$0] })
        let kept = exp(-gap / parameters.ownDuration)
        let means = zip(model.vertebrae, poses).map { vertebra, pose in
            let resting = group * vertebra.patientFromVertebra
            let own = PoseMotion(from: resting, to: pose)
            return PoseMotion(rotation: own.rotation * kept, shift: own.shift * kept).applied(to: resting, about: resting.origin)
        }
        let spread = gap.squareRoot()
        return try prior(
            at: means, motion, turn: parameters.groupTurn * spread, shift: parameters.groupShift * spread,
            depth: parameters.groupDepthShift * spread, ownShare: 1 - kept * kept, cameras)
    }

    /// - Parameter ownShare: of the variance of a vertebra's own motion that may have come since the last frame; of a lost one all may.
    private func prior(
        at means: [RigidTransform<Room, Vertebra>], _ motion: GroupMotion, turn: Double, shift: Double, depth: Double, ownShare: Double,
        _ cameras: [CArmCamera]
    ) throws -> PosePrior {
        let along = viewsStandApart(cameras, at: motion.centre) ? shift : depth
        let group = SquareMatrix(
            turnVariance: turn * turn,
            shift: SquareMatrix(across: shift * shift, along: along * along, direction: rayDirection(cameras[0], to: motion.centre)))
        let own = framesLost.map { ownCovariance.scaled(by: $0 > 0 ? 1 : max(0.02, ownShare)) }
        let joint = motion.covariance(group: group, own: own)
        return PosePrior(means: means, information: try joint.inverse(), covariance: joint)
    }

    var ownCovariance: SquareMatrix {
        let shift = parameters.ownShift * parameters.ownShift
        return SquareMatrix(
            turnVariance: parameters.ownTurn * parameters.ownTurn,
            shift: SquareMatrix(across: shift, along: shift, direction: SIMD3(0, 0, 1)))
    }
}
