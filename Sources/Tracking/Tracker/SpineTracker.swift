import Anatomy
import Concurrency
import Foundation
import Frames

/// What the images' information is too large by before a frame has told: measured on development frames, 5 to 15.
let usualInflation = 8.0

/// Follows vertebrae from frame to frame.
///
/// Each frame is registered with all vertebrae together. What is expected of it, the prior, is a group motion that may be fast and a motion of each vertebra's own that is
/// small and fades; the last frame's poses are its mean. A vertebra that is lost moves on with the others until it is found again; when all are lost, the
/// tracker starts anew from where they were last seen.
public struct SpineTracker: Sendable {
    public let model: SpineModel
    public let parameters: TrackerParameters
    public let threads: Int

    /// Where the vertebrae were last, or are believed to have gone with the others.
    private(set) var poses: [RigidTransform<Room, Vertebra>]
    /// Of the last frame with a pose; nil before the first.
    private var time: Double?
    /// Frames since each vertebra was last not lost.
    private var framesLost: [Int]
    /// The images' information is divided by this: how much more residuals vary together than they would apart.
    private var inflation = usualInflation
    /// Agreement of whole images with the model in frames that were believed; nil before the first.
    private var usualAgreement: Double?
    private var rest: RestImages?
    /// What the last frame showed beside bone, by view; empty where nothing was seen.
    public private(set) var metalViews: [MetalView] = []

    /// - Parameter roomFromPatient: where the CT's patient lies in the room; `acquire` finds it.
    public init(
        _ model: SpineModel, startingAt roomFromPatient: RigidTransform<Room, Patient>, parameters: TrackerParameters = .init(),
        threads: Int
    ) {
        (self.model, self.parameters, self.threads) = (model, parameters, threads)
        poses = model.vertebrae.map { roomFromPatient * $0.patientFromVertebra }
        framesLost = [Int](repeating: 0, count: poses.count)
    }

    /// Whether no vertebra was found in the last frame.
    public var isLost: Bool { framesLost.allSatisfy { $0 > 0 } }

    /// The vertebrae's poses in the next moment.
    ///
    /// - Parameters:
    ///   - frames: one for each view, of the same views in the same order each time.
    ///   - time: seconds, later than the last.
    /// - Returns: one estimate for each vertebra of the model.
    /// - Throws: `LinearAlgebraError`.
    public mutating func track(_ frames: [XRayFrame], at time: Double) throws -> [VertebraEstimate] {
        // A view that shows nothing must not count as one from which depth is seen.
        let frames = frames.filter(\.hasSignal)
        metalViews = []
        guard !frames.isEmpty else { return lostAll(.noSignal) }
        let cameras = frames.map(\.camera)
        let prior = try expectation(at: time, cameras)
        let group = try groupPose(of: model.vertebrae, at: prior.means)
        let rest = restImages(cameras, at: group)
        let seen = comparedViews(frames, rest, at: group)
        let (views, metal) = withoutMetal(
            seen, model.vertebrae, at: prior.means, rest, parameters.registration, parameters: parameters.metal, threads: threads)
        let found = try registerVertebrae(
            model.vertebrae, startingAt: prior.means, in: views, prior: prior.strengthened(by: inflation),
            parameters: parameters.registration, threads: threads)
        let score = scoreVariance(found.comparison, cameras)
        learnInflation(score, found.comparison.information)
        let margin = viewsStandApart(cameras, at: prior.means[0].origin) ? parameters.deviationMargin : parameters.singleViewDeviationMargin
        let posterior = try posteriorCovariance(found.comparison.information, score, prior).scaled(by: margin * margin)
        var evidence = try evidence(found, views.last!, prior, posterior, cameras)
        metalViews = frames.indices.map {
            MetalView(frames[$0].view, cameras[$0], seen.last![$0].measured, found.comparison.fits[$0], metal[$0])
        }
        let agreement = wholeImageAgreement(found.comparison, views.last!)
        for n in evidence.indices { evidence[n].agreement = max(0, agreement) / (usualAgreement ?? max(1e-3, agreement)) }
        let estimates = accept(found.poses, posterior, evidence, prior, at: time, cameras)
        // Learnt slowly, so that a change for the worse does not become usual before it is seen.
        if estimates.contains(where: { $0.state == .ok }) {
            usualAgreement = usualAgreement.map { $0 + 0.05 * (agreement - $0) } ?? agreement
        }
        return estimates
    }

    private mutating func lostAll(_ cause: TrackingCause) -> [VertebraEstimate] {
        model.vertebrae.indices.map { n in
            framesLost[n] += 1
            return VertebraEstimate(lost: model.vertebrae[n].level, [cause], PoseEvidence())
        }
    }

    /// Judges each vertebra, keeps what is believed and lets the lost go on with the others.
    private mutating func accept(
        _ found: [RigidTransform<Room, Vertebra>], _ posterior: SquareMatrix, _ evidence: [PoseEvidence], _ prior: PosePrior,
        at time: Double,
        _ cameras: [CArmCamera]
    ) -> [VertebraEstimate] {
        let estimates = found.indices.map { n in
            let level = model.vertebrae[n].level
            let seeing = evidence[n].views.map { cameras[$0] }
            let isDepthObservable = viewsStandApart(seeing, at: found[n].origin)
            var (state, causes) = judge(evidence[n], parameters.limits)
            guard state != .lost else { return VertebraEstimate(lost: level, causes, evidence[n]) }
            if framesLost[n] > 0 { (state, causes) = (.degraded, causes + [.reacquired]) }
            var block = posterior.block(6 * n, 6 * n, size: 6)
            if !isDepthObservable {
                block.widen(along: rayDirection(seeing.first ?? cameras[0], to: found[n].origin), to: parameters.leastDepthDeviation)
            }
            return VertebraEstimate(
                level: level, state: state, causes: causes, roomFromVertebra: found[n], covariance: block.values,
                isDepthObservable: isDepthObservable, evidence: evidence[n])
        }
        let isSeen = estimates.map { $0.state != .lost }
        framesLost = zip(framesLost, isSeen).map { $1 ? 0 : $0 + 1 }
        guard isSeen.contains(true) else { return estimates }
        poses = isSeen.indices.map { isSeen[$0] ? found[$0] : followed(prior.means[$0], by: isSeen, found, prior) }
        self.time = time
        return estimates
    }

    /// Where a lost vertebra is believed to be: it moves as those do that were seen.
    private func followed(
        _ mean: RigidTransform<Room, Vertebra>, by isSeen: [Bool], _ found: [RigidTransform<Room, Vertebra>], _ prior: PosePrior
    ) -> RigidTransform<Room, Vertebra> {
        let moves = isSeen.indices.filter { isSeen[$0] }.map { PoseMotion(from: prior.means[$0], to: found[$0]).shift }
        return PoseMotion(rotation: SIMD3(), shift: moves.reduce(SIMD3()) { $0 + $1 } / Double(moves.count)).applied(
            to: mean, about: mean.origin)
    }
}

extension SpineTracker {
    /// The prior of a moment: the last poses, the group's drift since and each vertebra's own motion, which fades towards where the CT has it.
    private func expectation(at time: Double, _ cameras: [CArmCamera]) throws -> PosePrior {
        let motion = GroupMotion(of: poses)
        guard let last = self.time, !isLost else {
            return try prior(
                at: poses, motion, turn: parameters.startTurn, shift: parameters.startShift, depth: parameters.startDepthShift, ownShare: 1,
                cameras)
        }
        let gap = max(1e-3, time - last)
        let group = try groupPose(of: model.vertebrae, at: poses)
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

    /// - Parameter ownShare: of the variance of a vertebra's own motion that may have come since the last frame.
    private func prior(
        at means: [RigidTransform<Room, Vertebra>], _ motion: GroupMotion, turn: Double, shift: Double, depth: Double, ownShare: Double,
        _ cameras: [CArmCamera]
    ) throws -> PosePrior {
        let along = viewsStandApart(cameras, at: motion.centre) ? shift : depth
        let group = SquareMatrix(
            turnVariance: turn * turn,
            shift: SquareMatrix(across: shift * shift, along: along * along, direction: rayDirection(cameras[0], to: motion.centre)))
        let own = ownCovariance.scaled(by: max(0.02, ownShare))
        let joint = motion.covariance(group: group, own: means.map { _ in own })
        return PosePrior(means: means, information: try joint.inverse(), covariance: joint)
    }

    private var ownCovariance: SquareMatrix {
        let shift = parameters.ownShift * parameters.ownShift
        return SquareMatrix(
            turnVariance: parameters.ownTurn * parameters.ownTurn,
            shift: SquareMatrix(across: shift, along: shift, direction: SIMD3(0, 0, 1)))
    }

    private mutating func restImages(_ cameras: [CArmCamera], at group: RigidTransform<Room, Patient>) -> RestImages {
        if let rest, rest.serve(group, model.centre, cameras, within: parameters.backgroundMotion, parameters.backgroundTurn) {
            return rest
        }
        let drawn = RestImages(of: model, at: group, in: cameras, parameters: parameters.registration, threads: threads)
        rest = drawn
        return drawn
    }

    private func comparedViews(_ frames: [XRayFrame], _ rest: RestImages, at group: RigidTransform<Room, Patient>) -> [[ComparedView]] {
        let filter = GradientFilter(sigma: parameters.registration.sigma)
        let jobs = parameters.registration.fineness.indices.flatMap { level in frames.indices.map { (level, $0) } }
        // Filtering cannot fail.
        let flat = try! concurrentMap(jobs, threads: threads) { level, view in
            let camera = frames[view].camera
            let measured = MeasuredSlopes(
                frames[view], blocksOf: camera.pixels(spanning: parameters.registration.fineness[level]), filter: filter)
            let background = rest.slopes(level: level, view: view, raster: measured.raster, at: group, centre: model.centre)
            return ComparedView(camera: camera, measured: measured, background: background)
        }
        return parameters.registration.fineness.indices.map { level in Array(flat[(level * frames.count)..<((level + 1) * frames.count)]) }
    }

    private func scoreVariance(_ comparison: ImageComparison, _ cameras: [CArmCamera]) -> SquareMatrix {
        cameras.indices.reduce(SquareMatrix(order: 6 * poses.count)) { sum, view in
            let fit = comparison.fits[view]
            let side = max(1, Int(parameters.registration.correlationLength / (fit.raster.step * cameras[view].pixelSpacing.y)))
            return sum + clusteredScores(fit, comparison.rendered[view], side: side)
        }
    }

    /// Slowly follows the ratio of how the images' pull varies to how it would if residuals were independent.
    private mutating func learnInflation(_ score: SquareMatrix, _ information: SquareMatrix) {
        let ratios = (0..<score.order).compactMap { information[$0, $0] > 0 ? score[$0, $0] / information[$0, $0] : nil }.sorted()
        guard !ratios.isEmpty else { return }
        let ratio = min(200, max(1, ratios[ratios.count / 2]))
        inflation += 0.2 * (ratio - inflation)
    }

    /// (H + P)^-1 (S + P) (H + P)^-1 with the images' information H over its inflation, their scores' variance S likewise, and the prior's information P.
    private func posteriorCovariance(_ information: SquareMatrix, _ score: SquareMatrix, _ prior: PosePrior) throws -> SquareMatrix {
        var curvature = prior.information
        var variance = prior.information
        for n in curvature.values.indices {
            curvature.values[n] += information.values[n] / inflation
            variance.values[n] += score.values[n] / (inflation * inflation)
        }
        let inverse = try curvature.inverse()
        return inverse * variance * inverse
    }

    private func evidence(
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
            evidence.innovation = try length(PoseMotion(from: prior.means[n], to: pose), in: prior.covariance.block(6 * n, 6 * n, size: 6))
            let resting = group * model.vertebrae[n].patientFromVertebra
            evidence.neighbours = try length(PoseMotion(from: resting, to: pose), in: ownCovariance)
            let block = posterior.block(6 * n, 6 * n, size: 6)
            evidence.turnDeviation = try block.block(0, 0, size: 3).largestDeviation()
            var shift = block.block(3, 3, size: 3)
            let seeing = evidence.views.map { cameras[$0] }
            if !viewsStandApart(seeing, at: pose.origin) { shift.flatten(along: rayDirection(seeing.first ?? cameras[0], to: pose.origin)) }
            evidence.shiftDeviation = try shift.largestDeviation()
            return evidence
        }
        // Scatter and the rest of the anatomy change all contrasts alike, so only differences tell.
        let usual = all.map(\.contrast).sorted()[all.count / 2]
        for n in all.indices { all[n].contrastRatio = usual > 0 ? all[n].contrast / usual : 0 }
        return all
    }
}

extension XRayFrame {
    /// Whether any of the image has been measured.
    var hasSignal: Bool { transmission.contains { $0 > 0 } }
}

extension VertebraEstimate {
    public init(lost level: VertebraLevel, _ causes: [TrackingCause], _ evidence: PoseEvidence = PoseEvidence()) {
        self.init(
            level: level, state: .lost, causes: causes, roomFromVertebra: nil, covariance: nil, isDepthObservable: false, evidence: evidence
        )
    }
}
