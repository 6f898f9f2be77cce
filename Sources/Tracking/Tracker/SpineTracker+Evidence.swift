import Foundation
import Frames

extension SpineTracker {
    /// What each vertebra's state is decided on, but for the whole images' agreement.
    func evidence(
        _ found: RegistrationResult, _ views: [ComparedView], _ prior: PosePrior, _ posterior: SquareMatrix, _ cameras: [CArmCamera]
    ) throws -> [PoseEvidence] {
        let group = try groupPose(of: model.vertebrae, at: found.poses)
        var all = try model.vertebrae.indices.map { n in
            var evidence = PoseEvidence()
            let byView = views.indices.map { view in
                found.comparison.rendered[view][n].map { ViewEvidence(views[view], found.comparison.fits[view], $0) }
            }
            let seen = byView.compactMap(\.self)
            evidence.views = byView.indices.filter { view in
                guard let one = byView[view] else { return false }
                return one.visible >= parameters.limits.visible.lost && one.covered < parameters.limits.covered.lost
            }
            let showing = seen.filter { $0.visible >= parameters.limits.visible.lost }
            evidence.covered = showing.isEmpty ? 0 : showing.reduce(0) { $0 + $1.covered } / Double(showing.count)
            let information = seen.reduce(0) { $0 + $1.information }
            if information > 0 {
                evidence.contrast = seen.reduce(0) { $0 + $1.information * $1.contrast } / information
                evidence.contrastDeviation = (inflation / information).squareRoot()
            }
            evidence.visible = seen.map(\.visible).max() ?? 0
            evidence.outliers = seen.map(\.outliers).max() ?? 0
            let pose = found.poses[n]
            evidence.innovation = try worstLength(
                PoseMotion(from: prior.means[n], to: pose), in: prior.covariance.block(6 * n, 6 * n, size: 6))
            let resting = group * model.vertebrae[n].patientFromVertebra
            evidence.neighbours = try length(PoseMotion(from: resting, to: pose), in: ownCovariance)
            let seeing = evidence.views.map { cameras[$0] }
            let block = publishedCovariance(posterior.block(6 * n, 6 * n, size: 6), of: pose, seenIn: seeing)
            evidence.turnDeviation = try block.block(0, 0, size: 3).largestDeviation()
            var shift = block.block(3, 3, size: 3)
            evidence.isDepthMeasured = viewsStandApart(seeing, at: pose.origin)
            if !evidence.isDepthMeasured { shift.flatten(along: rayDirection(seeing.first ?? cameras[0], to: pose.origin)) }
            evidence.shiftDeviation = try shift.largestDeviation()
            evidence.viewsApart = viewsAgreement.distance
            return evidence
        }
        // Scatter and the rest of the anatomy change all contrasts alike, so only differences tell.
        let usual = all.map(\.contrast).sorted()[all.count / 2]
        for n in all.indices { all[n].contrastRatio = usual > 0 ? all[n].contrast / usual : 0 }
        return all
    }

    /// A pose's covariance with the margins that it is published with, but for the depth's floor: which views show the vertebra decides.
    func publishedCovariance(
        _ estimated: SquareMatrix, of pose: RigidTransform<Room, Vertebra>, seenIn cameras: [CArmCamera]
    ) -> SquareMatrix {
        var covariance = estimated.scaled(by: parameters.deviationMargin * parameters.deviationMargin)
        // A calibration that is off by so much where two views can tell may be so elsewhere.
        for n in 3..<6 { covariance[n, n] += viewsAgreement.distance * viewsAgreement.distance }
        guard !viewsStandApart(cameras, at: pose.origin) else { return covariance }
        // From the side left and right halves lie over each other: a turn and its mirror image look alike, and the search may end in either.
        if let camera = cameras.first {
            let ray = rayDirection(camera, to: pose.origin)
            if abs((ray * pose.rotation(SIMD3(1, 0, 0))).sum()) > cos(parameters.sideView) {
                covariance.widenTurns(across: ray, to: parameters.leastSideTurnDeviation)
            }
        }
        return covariance
    }
}
