import Anatomy
import Foundation
import Frames

/// Where the patient lies in the room at the start, and what speaks against it.
public struct Acquisition: Sendable {
    public var roomFromPatient: RigidTransform<Room, Patient>
    /// Correlation of whole images with the model, from -1 to 1.
    public var agreement: Double
    /// The same for the best start one level up or down, for the mirrored images, and for images exchanged between views.
    public var otherLevelAgreement = 0.0
    public var mirroredAgreement = 0.0
    public var swappedAgreement = 0.0
    /// Empty where the place is believed.
    public var causes: [TrackingCause]
}

/// How a start is searched and when it is believed.
public struct AcquisitionParameters: Codable, Equatable, Sendable {
    /// Places at the detector, mm, and steps: of the first look at every start, and of the second at the best of each level.
    public var screening = Search(fineness: [9.6, 4.8], iterations: [5, 5], rounds: 2, findsRest: false)
    public var settling = Search(fineness: [4.8, 2.4], iterations: [5, 5], rounds: 2, findsRest: true)
    /// Starts lie so far to either side of the guess, in the two directions across the spine, mm.
    public var sideways = 12.0
    /// Agreement below which the images are of something else. Right starts had 0.87 to 0.98 on development frames and phantoms; starts one level off at most 0.61,
    /// mirrored images of a person at most 0.48, exchanged ones 0.03.
    public var leastAgreement = 0.55
    /// A start one level off, or images exchanged between views, whose agreement is more than this share of the best leave it open which is right.
    public var ambiguity = 0.9
    /// The same of mirrored images: a spine is nearly its own mirror image, a phantom's in one view (0.93 to 0.97) more than a person's (0.04 to 0.5).
    public var mirrorAmbiguity = 0.98
    /// The rest of the anatomy may lie so far beside where the spine has it, mm: as far as breathing moves it, and well under a vertebra, or it would
    /// no longer tell one level from the next.
    public var restLeeway = 10.0
    /// Starts that end this near to one another are the same, mm.
    public var same = 8.0

    public struct Search: Codable, Equatable, Sendable {
        public var fineness: [Double]
        public var iterations: [Int]
        /// Times that the rest of the anatomy is drawn anew where the vertebrae were found.
        public var rounds: Int
        /// Whether the rest is given a place of its own before image and model are compared.
        public var findsRest: Bool
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
/// - Complexity: fifteen coarse searches, and five finer ones and one more for each pair of views, each with three projections of the CT a view: about two seconds.
public func acquire(
    _ model: SpineModel, in frames: [XRayFrame], around guess: RigidTransform<Room, Patient>, tracking: TrackerParameters = .init(),
    parameters: AcquisitionParameters = .init(), threads: Int
) throws -> Acquisition {
    // A view that shows nothing agrees with nothing, and would spoil the mean over all.
    let frames = frames.filter(\.hasSignal)
    guard !frames.isEmpty else {
        return Acquisition(roomFromPatient: guess, agreement: 0, causes: [.noSignal])
    }
    let search = StartSearch(model: model, tracking: tracking, parameters: parameters, threads: threads)
    let (screening, settling) = (search.measured(frames, parameters.screening), search.measured(frames, parameters.settling))
    let tries = try search.levelSteps(guess).map { step in
        let stepped = PoseMotion(rotation: SIMD3(), shift: step).applied(to: guess, about: guess.origin)
        let starts = search.sidesteps(guess).map { PoseMotion(rotation: SIMD3(), shift: $0).applied(to: stepped, about: stepped.origin) }
        let screened = try starts.map { try search.settled($0, near: stepped, screening, parameters.screening) }
        return try search.settled(
            screened.max { $0.agreement < $1.agreement }!.roomFromPatient, near: stepped, settling, parameters.settling)
    }
    let best = tries.max { $0.agreement < $1.agreement }!
    let middle = model.vertebrae[model.vertebrae.count / 2].patientFromVertebra.origin
    let others = tries.filter {
        search.distance($0.roomFromPatient * middle, best.roomFromPatient * middle, frames.map(\.camera)) > parameters.same
    }
    let other = others.map(\.agreement).max() ?? 0
    // Where the mirrored images come to rest may lie far from where the images as they are do, so that the guess is tried too.
    let flipped = search.measured(frames.map(\.mirrored), parameters.settling)
    let mirrored = try [best.roomFromPatient, guess].map { try search.settled($0, near: $0, flipped, parameters.settling).agreement }.max()!
    let swapped =
        try swaps(of: frames).map {
            try search.settled(guess, near: guess, search.measured($0, parameters.settling), parameters.settling).agreement
        }.max() ?? 0
    var causes: [TrackingCause] = []
    if best.agreement < parameters.leastAgreement { causes.append(.lowSimilarity) }
    // Not only where they explain the images better: what cannot be told from the mirrored must not pass for right.
    if mirrored > parameters.mirrorAmbiguity * best.agreement { causes.append(.mirrored) }
    if swapped > parameters.ambiguity * best.agreement { causes.append(.viewsSwapped) }
    if other > parameters.ambiguity * best.agreement { causes.append(.ambiguousLevel) }
    return Acquisition(
        roomFromPatient: best.roomFromPatient, agreement: best.agreement, otherLevelAgreement: other, mirroredAgreement: mirrored,
        swappedAgreement: swapped, causes: causes)
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
            ? (origins.last! - origins.first!) / Double(levelsApart)
            : (guess * model.vertebrae[0].patientFromVertebra).rotation(SIMD3(0, 0, -28))
        return [SIMD3(), step, -step]
    }

    /// Vertebrae from the first to the last: those between them count whether they are tracked or not, but for a T13 or L6, which few people have.
    private var levelsApart: Int {
        let levels = model.vertebrae.map(\.level)
        return VertebraLevel.craniocaudal.filter { level in
            levels.first! < level && level <= levels.last! && ((level != .t13 && level != .l6) || levels.contains(level))
        }.count
    }

    /// Between two points, mm; across the rays alone where the views do not tell the depth.
    func distance(_ a: Point<Room>, _ b: Point<Room>, _ cameras: [CArmCamera]) -> Double {
        let way = (a - b).xyz
        guard !viewsStandApart(cameras, at: b) else { return way.length }
        let ray = rayDirection(cameras[0], to: b)
        return (way - (way * ray).sum() * ray).length
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
                // Bone in air stands out as metal does in a patient.
                if model.surroundings == .patient {
                    slopes.hideUnmistakableMetal(in: frame, filter: filter, parameters: tracking.metal)
                }
                return (frame.camera, slopes)
            }
        }
    }

    /// Where a start comes to rest.
    ///
    /// - Parameter anchor: where the patient is believed to lie. In one view its depth is expected in every round: images say little of it, and each round would
    ///   go on from the last one's error.
    func settled(
        _ start: RigidTransform<Room, Patient>, near anchor: RigidTransform<Room, Patient>,
        _ measured: [[(camera: CArmCamera, slopes: MeasuredSlopes)]],
        _ effort: AcquisitionParameters.Search
    ) throws -> (roomFromPatient: RigidTransform<Room, Patient>, agreement: Double) {
        var registration = tracking.registration
        (registration.fineness, registration.iterations) = (effort.fineness, effort.iterations)
        let filter = GradientFilter(sigma: registration.sigma)
        let cameras = measured[0].map(\.camera)
        var place = start
        for round in 0..<effort.rounds {
            let poses = model.vertebrae.map { place * $0.patientFromVertebra }
            let rest = RestImages(of: model, withNeighbours: true, at: place, in: cameras, parameters: registration, threads: threads)
            let views = measured.indices.map { level in
                cameras.indices.map { view in
                    let seen = measured[level][view].slopes
                    return ComparedView(
                        camera: cameras[view], measured: seen,
                        background: background(rest.slopes[level][view], seen.raster, cameras[view], at: place))
                }
            }
            let found = try registerVertebrae(
                model.vertebrae.map(\.attenuation), startingAt: poses, in: views,
                prior: try rigidPrior(model.vertebrae.map { atDepth(of: anchor, place, cameras) * $0.patientFromVertebra }, cameras),
                parameters: registration, threads: threads)
            place = try groupPose(of: model.vertebrae, at: found.poses)
            if round == effort.rounds - 1 && !effort.findsRest { return (place, mean(wholeImageAgreements(found.comparison, views.last!))) }
        }
        let poses = model.vertebrae.map { place * $0.patientFromVertebra }
        var coarse = tracking
        coarse.registration = registration
        let moment = RestMoment(
            model: model, parameters: coarse, cameras: cameras, measured: measured[0].map(\.slopes), poses: poses, threads: threads)
        var rest = try moment.found(around: place, turn: tracking.restStartTurn, shift: tracking.restStartShift)
        if distance(rest.roomFromPatient * model.centre, place * model.centre, cameras) > parameters.restLeeway {
            rest = RestImages(of: model, withNeighbours: false, at: place, in: cameras, parameters: registration, threads: threads)
        }
        let views = cameras.indices.map { view in
            let seen = measured.last![view].slopes
            let standing = slopes(of: model.neighbours.map { ($0, place) }, from: cameras[view], raster: seen.raster, filter: filter)
            return ComparedView(
                camera: cameras[view], measured: seen,
                background: MovableBackground(still: rest.slopes.last![view], seen.raster, standing: standing))
        }
        let comparison = try ImageComparison(
            model.vertebrae.map(\.attenuation), at: poses, cameras.map { _ in ImageMotion() }, in: views, filter: filter,
            parameters: registration, keeping: nil, threads: threads)
        return (place, mean(wholeImageAgreements(comparison, views)))
    }

    /// A place moved along the rays to another's depth, where the views do not tell the depth.
    private func atDepth(
        of anchor: RigidTransform<Room, Patient>, _ place: RigidTransform<Room, Patient>, _ cameras: [CArmCamera]
    ) -> RigidTransform<Room, Patient> {
        let centre = place * model.centre
        guard !viewsStandApart(cameras, at: centre) else { return place }
        let ray = rayDirection(cameras[0], to: centre)
        let missing = (((anchor * model.centre) - centre).xyz * ray).sum()
        return PoseMotion(rotation: SIMD3(), shift: missing * ray).applied(to: place, about: place.origin)
    }

    private func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(numbers.count) }

    /// The rest, which may lie a little otherwise beside the spine than in the CT.
    private func background(
        _ slopes: [Float], _ raster: DetectorRaster, _ camera: CArmCamera, at place: RigidTransform<Room, Patient>
    ) -> MovableBackground {
        let pixel = camera.pixel(of: place * model.centre) ?? camera.principalPoint
        let (shift, turn) = (tracking.restStartShift, tracking.restStartTurn)
        return MovableBackground(
            raster: raster, slopes: slopes, standing: nil, step: raster.step * camera.pixelSpacing.y,
            pivot: (pixel - raster.first) / raster.step,
            prior: .init(
                mean: ImageMotion(), information: [1 / (shift * shift), 1 / (shift * shift), 1 / (turn * turn)].map { $0 * usualInflation })
        )
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
