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
    private(set) var time: Double?
    /// Of the first frame.
    private var begun: Double?
    /// Frames since each vertebra was last not lost.
    private(set) var framesLost: [Int]
    /// The images' information is divided by this: how much more residuals vary together than they would apart.
    private(set) var inflation = usualInflation
    private var agreement: UsualAgreement
    private(set) var viewsAgreement = ViewsAgreement()
    private var rest: FollowedRest?
    /// What the last frame showed beside bone, by view; empty where nothing was seen.
    public private(set) var metalViews: [MetalView] = []

    /// - Parameters:
    ///   - roomFromPatient: where the CT's patient lies in the room; `acquire` finds it.
    ///   - startAgreement: of the images with the model there, in the view where it is worst; nil where it is not known.
    ///   - isReacquired: whether the patient was lost before: the first poses are then no better than DEGRADED.
    public init(
        _ model: SpineModel, startingAt roomFromPatient: RigidTransform<Room, Patient>, startAgreement: Double? = nil,
        isReacquired: Bool = false, parameters: TrackerParameters = .init(), threads: Int
    ) {
        agreement = UsualAgreement(start: startAgreement)
        (self.model, self.parameters, self.threads) = (model, parameters, threads)
        poses = model.vertebrae.map { roomFromPatient * $0.patientFromVertebra }
        framesLost = [Int](repeating: isReacquired ? 1 : 0, count: poses.count)
    }

    /// The tracker as if it began here, with the rest of the anatomy as this one has drawn it: what a registration costs by itself, without a background to draw
    /// and without the checks of level, side and views.
    ///
    /// The whole patient moves first, as one body on coarse pixels: ribs hold a vertebra that would alone turn into a look-alike.
    ///
    /// - Throws: `LinearAlgebraError`.
    package func restarted(near guess: RigidTransform<Room, Patient>, in frames: [XRayFrame]) throws -> SpineTracker {
        var searching = AcquisitionParameters()
        // The frame's own registration goes on from here, so one step on the finer pixels will do.
        searching.screening = .init(fineness: [9.6, 4.8], iterations: [4, 1])
        let search = StartSearch(model: model, tracking: parameters, parameters: searching, threads: threads)
        let place = try search.screened(guess, search.measured(frames, searching.screening)).roomFromPatient
        var started = SpineTracker(model, startingAt: place, parameters: parameters, threads: threads)
        started.rest = rest?.asDrawn
        return started
    }

    /// Where the patient lay when it was last seen, by all its vertebrae together.
    ///
    /// - Throws: `LinearAlgebraError`.
    public func lastPlace() throws -> RigidTransform<Room, Patient> { try groupPose(of: model.vertebrae, at: poses) }

    /// Whether the last pose is too old to go on from: the patient may have moved by a vertebra since, and must be searched for.
    ///
    /// - Parameter time: of the next frame, seconds.
    public func isStale(at time: Double) -> Bool { (self.time ?? begun).map { !(time - $0 <= parameters.longestGap) } ?? false }

    /// The vertebrae's poses in the next moment.
    ///
    /// - Parameters:
    ///   - frames: one for each view, of the same views in the same order each time.
    ///   - time: seconds, later than the last.
    /// - Returns: one estimate for each vertebra of the model.
    /// - Throws: `TrackingError.timeNotLater`.
    public mutating func track(_ frames: [XRayFrame], at time: Double) throws -> [VertebraEstimate] {
        // Written so that NaN fails.
        if let last = self.time, !(time > last) { throw TrackingError.timeNotLater(time, last: last) }
        begun = begun ?? time
        // A view that shows nothing must not count as one from which depth is seen.
        metalViews = []
        let seen = frames.filter(\.hasSignal)
        guard !seen.isEmpty else { return lostAll(.noSignal) }
        do { return try registered(seen, at: time) } catch is LinearAlgebraError { return lostAll(.unsolvable) }
    }

    private mutating func registered(_ frames: [XRayFrame], at time: Double) throws -> [VertebraEstimate] {
        let cameras = frames.map(\.camera)
        let gap = self.time.map { time - $0 } ?? 0
        let prior = try expectation(after: gap, cameras)
        let group = try groupPose(of: model.vertebrae, at: prior.means)
        let measured = measuredSlopes(frames)
        var rest = try rest ?? FollowedRest(restMoment(measured[0], cameras, prior.means), around: group)
        try rest.prepare(model, in: cameras, at: time, parameters, threads: threads)
        let seen = comparedViews(measured, cameras, rest, at: group, after: gap)
        let (tracker, drawn) = (self, rest)
        let (views, metal) = withoutMetal(
            seen,
            explained: { level, view in
                tracker.explainedIntegrals(seen[level][view], drawn.lineIntegrals(level: level, view: view), at: prior.means, group)
            }, parameters.registration, parameters: parameters.metal, threads: threads)
        let found = try registerVertebrae(
            model.vertebrae.map(\.attenuation), startingAt: prior.means, in: views, prior: prior.strengthened(by: inflation),
            parameters: parameters.registration, threads: threads)
        let score = scoreVariance(found.comparison, cameras)
        learnInflation(score, found.comparison.information)
        let before = viewsAgreement
        viewsAgreement = before.following(
            distanceBetweenViews(found.comparison.equations, cameras, at: Point.mean(of: found.poses.map(\.origin))!))
        let posterior = try posteriorCovariance(found.comparison.information, score, prior)
        var evidence = try evidence(found, views.last!, prior, posterior, cameras)
        metalViews = frames.indices.map {
            MetalView(frames[$0].view, cameras[$0], seen.last![$0].measured, found.comparison.fits[$0], metal[$0])
        }
        let agreements = zip(frames.map(\.view), wholeImageAgreements(found.comparison, views.last!))
        let share = agreement.share(of: agreements)
        for n in evidence.indices { evidence[n].agreement = share }
        let estimates = try accept(found.poses, posterior, evidence, prior, at: time, cameras)
        if estimates.contains(where: { $0.state != .lost }) {
            rest.follow(found.motions, restMoment(views[0].map(\.measured), cameras, poses), at: time)
        } else {
            rest.lose()
            // What was not the patient says nothing of the calibration.
            viewsAgreement = before
        }
        self.rest = rest
        // Of a vertebra that nothing but its being alone speaks against, the images are as usual.
        if estimates.contains(where: { $0.state == .ok || $0.causes == [.unchecked] }) { agreement.learn(agreements) }
        return estimates
    }

    private mutating func lostAll(_ cause: TrackingCause) -> [VertebraEstimate] {
        rest?.lose()
        return model.vertebrae.indices.map { n in
            framesLost[n] += 1
            return VertebraEstimate(lost: model.vertebrae[n].level, [cause], PoseEvidence())
        }
    }

    /// Judges each vertebra, keeps what is believed and lets the lost go on with the others.
    private mutating func accept(
        _ found: [RigidTransform<Room, Vertebra>], _ posterior: SquareMatrix, _ evidence: [PoseEvidence], _ prior: PosePrior,
        at time: Double, _ cameras: [CArmCamera]
    ) throws -> [VertebraEstimate] {
        let judged = judge(evidence, parameters.limits)
        let estimates = found.indices.map { n in
            let level = model.vertebrae[n].level
            let seeing = evidence[n].views.map { cameras[$0] }
            var (state, causes) = judged[n]
            guard state != .lost else { return VertebraEstimate(lost: level, causes, evidence[n]) }
            if framesLost[n] > 0 { (state, causes) = (.degraded, causes + [.reacquired]) }
            var block = publishedCovariance(posterior.block(6 * n, 6 * n, size: 6), of: found[n], seenIn: seeing)
            if !evidence[n].isDepthMeasured {
                block.widen(along: rayDirection(seeing.first ?? cameras[0], to: found[n].origin), to: parameters.leastDepthDeviation)
            }
            return VertebraEstimate(
                level: level, state: state, causes: causes, roomFromVertebra: found[n], covariance: block.values,
                isDepthObservable: evidence[n].isDepthMeasured, evidence: evidence[n])
        }
        let isSeen = estimates.map { $0.state != .lost }
        framesLost = zip(framesLost, isSeen).map { $1 ? 0 : $0 + 1 }
        guard isSeen.contains(true) else { return estimates }
        let seen = isSeen.indices.filter { isSeen[$0] }
        let shared = try sharedMotion(from: seen.map { prior.means[$0] }, to: seen.map { found[$0] })
        poses = isSeen.indices.map { isSeen[$0] ? found[$0] : shared * prior.means[$0] }
        self.time = time
        return estimates
    }
}

extension SpineTracker {
    private func scoreVariance(_ comparison: ImageComparison, _ cameras: [CArmCamera]) -> SquareMatrix {
        cameras.indices.reduce(SquareMatrix(order: 6 * poses.count)) { sum, view in
            let fit = comparison.fits[view]
            let side = max(1, Int(parameters.registration.correlationLength / (fit.raster.step * cameras[view].pixelSpacing.y)))
            return sum + clusteredScores(fit, comparison.rendered[view], comparison.backgroundTerms[view], side: side)
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
