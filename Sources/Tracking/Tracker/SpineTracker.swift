import Anatomy
import Foundation
import Frames

/// Follows vertebrae from frame to frame.
///
/// Each frame is registered with all vertebrae together. What is expected of it, the prior, is a group motion that may be fast and a motion of each vertebra's own that is
/// small and fades; the last frame's poses are its mean.
public struct SpineTracker: Sendable {
    public let model: SpineModel
    public let parameters: TrackerParameters
    public let threads: Int

    /// Where the vertebrae were last, and how surely; the joint covariance's order is 6 x vertebrae.
    private(set) var poses: [RigidTransform<Room, Vertebra>]
    private(set) var covariance: SquareMatrix
    private(set) var time: Double?
    /// The images' information is divided by this: how much more residuals vary together than apart.
    private(set) var inflation = 8.0
    private var rest: RestImages?

    /// - Parameter roomFromPatient: where the CT's patient lies, roughly.
    public init(
        _ model: SpineModel, startingAt roomFromPatient: RigidTransform<Room, Patient>, parameters: TrackerParameters = .init(),
        threads: Int
    ) {
        self.init(
            model, startingAt: model.vertebrae.map { roomFromPatient * $0.patientFromVertebra }, parameters: parameters, threads: threads)
    }

    public init(
        _ model: SpineModel, startingAt poses: [RigidTransform<Room, Vertebra>], parameters: TrackerParameters = .init(), threads: Int
    ) {
        precondition(poses.count == model.vertebrae.count, "one pose for each vertebra")
        (self.model, self.parameters, self.threads, self.poses) = (model, parameters, threads, poses)
        covariance = SquareMatrix(order: 6 * poses.count)
    }

    /// The vertebrae's poses in the next moment.
    ///
    /// - Parameters:
    ///   - frames: one for each view.
    ///   - time: seconds; later than the last.
    /// - Throws: `LinearAlgebraError`.
    public mutating func track(_ frames: [XRayFrame], at time: Double) throws -> [VertebraEstimate] {
        let cameras = frames.map(\.camera)
        let prior = try expectation(at: time, cameras)
        let background = try restImages(cameras, at: prior.means)
        let result = try registered(frames, prior, background)
        let finest = result.views
        let score = finest.indices.reduce(SquareMatrix(order: 6 * poses.count)) { sum, view in
            let fit = result.outcome.comparison.fits[view]
            let side = max(1, Int(parameters.registration.correlationLength / (fit.raster.step * cameras[view].pixelSpacing.y)))
            return sum + clusteredScores(fit, result.outcome.comparison.rendered[view], side: side)
        }
        learnInflation(score, result.outcome.comparison.information)
        let posterior = try posteriorCovariance(result.outcome.comparison.information, score, prior)
        (poses, covariance, self.time) = (result.outcome.poses, posterior, time)
        return estimates(cameras)
    }

    private func estimates(_ cameras: [CArmCamera]) -> [VertebraEstimate] {
        model.vertebrae.indices.map { n in
            VertebraEstimate(
                level: model.vertebrae[n].level, state: .ok, causes: [], roomFromVertebra: poses[n],
                covariance: covariance.block(6 * n, 6 * n, size: 6).values, isDepthObservable: cameras.count > 1, evidence: PoseEvidence())
        }
    }

    /// The prior of a moment: the last poses, the group's drift since and each vertebra's own motion.
    private func expectation(at time: Double, _ cameras: [CArmCamera]) throws -> PosePrior {
        let motion = GroupMotion(of: poses)
        guard let last = self.time else {
            return try prior(
                at: poses, motion, turn: parameters.startTurn, shift: parameters.startShift, depth: parameters.startDepthShift, own: nil,
                cameras)
        }
        let gap = max(1e-3, time - last)
        let spread = gap.squareRoot()
        let group = try groupPose(of: model.vertebrae, at: poses)
        // What a vertebra does beside the group fades towards where the CT has it.
        let kept = exp(-gap / parameters.ownDuration)
        let means = zip(model.vertebrae, poses).map { vertebra, pose in
            let resting = group * vertebra.patientFromVertebra
            let own = PoseMotion(from: resting, to: pose)
            return PoseMotion(rotation: own.rotation * kept, shift: own.shift * kept).applied(to: resting, about: resting.origin)
        }
        var prior = try prior(
            at: means, motion, turn: parameters.groupTurn * spread, shift: parameters.groupShift * spread,
            depth: parameters.groupDepthShift * spread, own: kept, cameras)
        prior.means = means
        return prior
    }

    private func prior(
        at means: [RigidTransform<Room, Vertebra>], _ motion: GroupMotion, turn: Double, shift: Double, depth: Double, own kept: Double?,
        _ cameras: [CArmCamera]
    ) throws -> PosePrior {
        let group = SquareMatrix(turnVariance: turn * turn, shift: shiftCovariance(shift, depth, cameras, at: motion.centre))
        let still = SquareMatrix(
            turnVariance: parameters.ownTurn * parameters.ownTurn,
            shift: SquareMatrix(
                across: parameters.ownShift * parameters.ownShift, along: parameters.ownShift * parameters.ownShift,
                direction: SIMD3(0, 0, 1)))
        let own = means.indices.map { n in
            guard let kept else { return still }
            var block = SquareMatrix(order: 6)
            let last = covariance.block(6 * n, 6 * n, size: 6)
            for i in block.values.indices {
                block.values[i] = kept * kept * min(last.values[i], still.values[i]) + (1 - kept * kept) * still.values[i]
            }
            return still.scaled(by: max(0.02, 1 - kept * kept))
        }
        var prior = PosePrior(none: means)
        prior.information = try motion.covariance(group: group, own: own).inverse()
        return prior
    }

    /// Isotropic in two views or more; in one the direction of the rays has its own.
    private func shiftCovariance(_ shift: Double, _ depth: Double, _ cameras: [CArmCamera], at centre: Point<Room>) -> SquareMatrix {
        let ray = (centre - cameras[0].source).xyz
        let along = cameras.count > 1 ? shift : depth
        return SquareMatrix(across: shift * shift, along: along * along, direction: ray / ray.length)
    }

    private mutating func restImages(_ cameras: [CArmCamera], at means: [RigidTransform<Room, Vertebra>]) throws -> RestImages {
        let group = try groupPose(of: model.vertebrae, at: means)
        if let rest, rest.fit(model.vertebrae, at: group, cameras, within: parameters.backgroundMotion) { return rest }
        let drawn = RestImages(of: model, at: group, in: cameras, parameters: parameters.registration, threads: threads)
        rest = drawn
        return drawn
    }

    private func registered(
        _ frames: [XRayFrame], _ prior: PosePrior, _ background: RestImages
    ) throws -> (outcome: RegistrationResult, views: [ComparedView]) {
        let filter = GradientFilter(sigma: parameters.registration.sigma)
        let levels = parameters.registration.fineness.indices.map { level in
            frames.indices.map { view in
                let camera = frames[view].camera
                let measured = MeasuredSlopes(
                    frames[view], blocksOf: camera.pixels(spanning: parameters.registration.fineness[level]), filter: filter)
                return ComparedView(camera: camera, measured: measured, background: background.slopes[level][view])
            }
        }
        var weaker = prior
        for n in weaker.information.values.indices { weaker.information.values[n] *= inflation }
        let outcome = try registerVertebrae(
            model.vertebrae, startingAt: prior.means, in: levels, prior: weaker, parameters: parameters.registration, threads: threads)
        return (outcome, levels.last!)
    }

    /// Slowly follows the ratio of how residuals vary to how they would if independent.
    private mutating func learnInflation(_ score: SquareMatrix, _ information: SquareMatrix) {
        let ratios = (0..<score.order).compactMap { information[$0, $0] > 0 ? score[$0, $0] / information[$0, $0] : nil }.sorted()
        guard !ratios.isEmpty else { return }
        let ratio = min(200, max(1, ratios[ratios.count / 2]))
        inflation += 0.2 * (ratio - inflation)
    }

    /// (H + P)^-1 (S + P) (H + P)^-1 with the images' information H over its inflation, their scores' variance S alike, and the prior's information P.
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
}
