import Foundation
import Frames

/// Where the patient lies in the room at the start, and what speaks against it.
public struct Acquisition: Sendable {
    public var roomFromPatient: RigidTransform<Room, Patient>
    /// Correlation of whole images with the model, from -1 to 1.
    public var agreement: Double
    /// The same for the best start one level up or down, and for the mirrored images.
    public var otherLevelAgreement: Double
    public var mirroredAgreement: Double
    /// Empty where the place is believed.
    public var causes: [TrackingCause]
}

/// How a start is searched and when it is believed.
public struct AcquisitionParameters: Codable, Equatable, Sendable {
    /// Places at the detector, mm, and steps: of the first look at every start, and of the second at the best of each level.
    public var screening = Search(fineness: [9.6, 4.8], iterations: [5, 5], rounds: 2)
    public var settling = Search(fineness: [4.8, 2.4], iterations: [5, 5], rounds: 2)
    /// Starts lie so far to either side of the guess, in the two directions across the spine, mm.
    public var sideways = 12.0
    /// Agreement below which the images are of something else. Right starts had 0.65 to 0.67 on development frames whose organs do not move with the spine, 1.0 on
    /// phantoms; starts one level off at most 0.46, swapped and mirrored images at most 0.50.
    public var leastAgreement = 0.55
    /// A start one level off whose agreement is more than this share of the best makes the level ambiguous.
    public var ambiguity = 0.9
    /// Starts that end this near to one another are the same, mm.
    public var same = 8.0

    public struct Search: Codable, Equatable, Sendable {
        public var fineness: [Double]
        public var iterations: [Int]
        /// Times that the rest of the anatomy is drawn anew where the vertebrae were found.
        public var rounds: Int
    }

    public init() {}
}

/// The place of the patient that explains the images best, looked for around a guess and one vertebra further up and down.
///
/// All vertebrae move as one here. Neighbouring vertebrae look alike, so that a start one level off fits itself nearly as well as the right one; the rest
/// of the anatomy, which moves along, does not. The mirrored images are tried as well: a spine is nearly its own mirror image.
///
/// - Parameters:
///   - guess: within about half a vertebra, or one level and half a vertebra, of the truth; 10 degrees.
/// - Throws: `LinearAlgebraError`.
/// - Complexity: fifteen coarse searches and four finer ones, each with three projections of the CT a view: about two seconds.
public func acquire(
    _ model: SpineModel, in frames: [XRayFrame], around guess: RigidTransform<Room, Patient>, tracking: TrackerParameters = .init(),
    parameters: AcquisitionParameters = .init(), threads: Int
) throws -> Acquisition {
    guard frames.contains(where: \.hasSignal) else {
        return Acquisition(roomFromPatient: guess, agreement: 0, otherLevelAgreement: 0, mirroredAgreement: 0, causes: [.noSignal])
    }
    let search = StartSearch(model: model, tracking: tracking, parameters: parameters, threads: threads)
    let (screening, settling) = (search.measured(frames, parameters.screening), search.measured(frames, parameters.settling))
    let tries = try search.levelSteps(guess).map { step in
        let starts = search.sidesteps(guess).map { PoseMotion(rotation: SIMD3(), shift: step + $0).applied(to: guess, about: guess.origin) }
        let screened = try starts.map { try search.settled($0, screening, parameters.screening) }
        return try search.settled(screened.max { $0.agreement < $1.agreement }!.roomFromPatient, settling, parameters.settling)
    }
    let best = tries.max { $0.agreement < $1.agreement }!
    let middle = model.vertebrae[model.vertebrae.count / 2].patientFromVertebra.origin
    let others = tries.filter { ($0.roomFromPatient * middle).distance(to: best.roomFromPatient * middle) > parameters.same }
    let other = others.map(\.agreement).max() ?? 0
    let mirrored = try search.settled(
        best.roomFromPatient, search.measured(frames.map(\.mirrored), parameters.settling), parameters.settling
    ).agreement
    let swapped =
        try swaps(of: frames).map {
            try search.settled(guess, search.measured($0, parameters.settling), parameters.settling).agreement
        }.max() ?? 0
    var causes: [TrackingCause] = []
    if best.agreement < parameters.leastAgreement { causes.append(.lowSimilarity) }
    if mirrored > best.agreement { causes.append(.mirrored) }
    if swapped > best.agreement { causes.append(.viewsSwapped) }
    if other > parameters.ambiguity * best.agreement { causes.append(.ambiguousLevel) }
    return Acquisition(
        roomFromPatient: best.roomFromPatient, agreement: best.agreement, otherLevelAgreement: other, mirroredAgreement: mirrored,
        causes: causes)
}

/// The frames with the images of two views exchanged, for each pair whose images have one size.
private func swaps(of frames: [XRayFrame]) -> [[XRayFrame]] {
    frames.indices.flatMap { a in
        frames[..<a].indices.filter { frames[$0].camera.size == frames[a].camera.size }.map { b in
            var exchanged = frames
            (exchanged[a].transmission, exchanged[b].transmission) = (frames[b].transmission, frames[a].transmission)
            return exchanged
        }
    }
}

private struct StartSearch {
    let model: SpineModel
    let tracking: TrackerParameters
    let parameters: AcquisitionParameters
    let threads: Int

    /// No step, and those by one vertebra towards the head and the feet.
    func levelSteps(_ guess: RigidTransform<Room, Patient>) -> [SIMD3<Double>] {
        let origins = model.vertebrae.map { (guess * $0.patientFromVertebra.origin).xyz }
        // A single vertebra does not tell how far the next is: 28 mm lies between thoracic and lumbar distances.
        let step =
            origins.count > 1
            ? (origins.last! - origins.first!) / Double(origins.count - 1)
            : (guess * model.vertebrae[0].patientFromVertebra).rotation(SIMD3(0, 0, -28))
        return [SIMD3(), step, -step]
    }

    /// No step, and those to either side of the spine.
    func sidesteps(_ guess: RigidTransform<Room, Patient>) -> [SIMD3<Double>] {
        let frame = (guess * model.vertebrae[model.vertebrae.count / 2].patientFromVertebra).rotation
        let (across, back) = (parameters.sideways * frame.columns.0, parameters.sideways * frame.columns.1)
        return [SIMD3(), across, -across, back, -back]
    }

    /// Frames at each fineness of a search, without what is metal wherever the patient may be.
    func measured(_ frames: [XRayFrame], _ effort: AcquisitionParameters.Search) -> [[(camera: CArmCamera, slopes: MeasuredSlopes)]] {
        let filter = GradientFilter(sigma: tracking.registration.sigma)
        return effort.fineness.map { fineness in
            frames.map { frame in
                var slopes = MeasuredSlopes(frame, blocksOf: frame.camera.pixels(spanning: fineness), filter: filter)
                slopes.hideUnmistakableMetal(in: frame, filter: filter, parameters: tracking.metal)
                return (frame.camera, slopes)
            }
        }
    }

    /// Where a start comes to rest.
    func settled(
        _ start: RigidTransform<Room, Patient>, _ measured: [[(camera: CArmCamera, slopes: MeasuredSlopes)]],
        _ effort: AcquisitionParameters.Search
    ) throws -> (roomFromPatient: RigidTransform<Room, Patient>, agreement: Double) {
        var registration = tracking.registration
        (registration.fineness, registration.iterations) = (effort.fineness, effort.iterations)
        let filter = GradientFilter(sigma: registration.sigma)
        let cameras = measured[0].map(\.camera)
        var place = start
        var agreement = 0.0
        for round in 0...effort.rounds {
            let rest = RestImages(of: model, at: place, in: cameras, parameters: registration, threads: threads)
            let views = measured.indices.map { level in
                cameras.indices.map {
                    ComparedView(camera: cameras[$0], measured: measured[level][$0].slopes, background: rest.slopes[level][$0])
                }
            }
            let poses = model.vertebrae.map { place * $0.patientFromVertebra }
            guard round < effort.rounds else {
                let comparison = ImageComparison(
                    model.vertebrae, at: poses, in: views.last!, filter: filter, parameters: registration, keeping: nil, threads: threads)
                agreement = wholeImageAgreement(comparison, views.last!)
                break
            }
            let found = try registerVertebrae(
                model.vertebrae, startingAt: poses, in: views, prior: try rigidPrior(poses, cameras), parameters: registration,
                threads: threads)
            place = try groupPose(of: model.vertebrae, at: found.poses)
        }
        return (place, agreement)
    }

    /// A group that may move far and vertebrae that hardly move in it.
    private func rigidPrior(_ poses: [RigidTransform<Room, Vertebra>], _ cameras: [CArmCamera]) throws -> PosePrior {
        let motion = GroupMotion(of: poses)
        let depth = viewsStandApart(cameras, at: motion.centre) ? tracking.startShift : tracking.startDepthShift
        let group = SquareMatrix(
            turnVariance: tracking.startTurn * tracking.startTurn,
            shift: SquareMatrix(
                across: tracking.startShift * tracking.startShift, along: depth * depth,
                direction: rayDirection(cameras[0], to: motion.centre)))
        // A quarter of a degree and of a millimetre: as one, but for what rounding needs.
        let own = SquareMatrix(turnVariance: 2e-5, shift: SquareMatrix(across: 0.06, along: 0.06, direction: SIMD3(0, 0, 1)))
        let joint = motion.covariance(group: group, own: poses.map { _ in own })
        return PosePrior(means: poses, information: try joint.inverse(), covariance: joint).strengthened(by: usualInflation)
    }
}

extension XRayFrame {
    /// The same image with its columns in the opposite order, as a flipped detector would give it.
    var mirrored: XRayFrame {
        let width = camera.size.x
        var flipped = transmission
        for start in stride(from: 0, to: flipped.count, by: width) { flipped[start..<(start + width)].reverse() }
        return XRayFrame(view: view, camera: camera, transmission: flipped)
    }
}
