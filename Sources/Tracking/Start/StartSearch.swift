import Anatomy
import Foundation
import Frames

/// A place of the patient, and how well it explains the images.
struct PlacedPatient {
    var roomFromPatient: RigidTransform<Room, Patient>
    /// By view, from -1 to 1.
    var agreements: [Double]
    /// Of all views together.
    var agreement: Double { agreements.reduce(0, +) / Double(agreements.count) }
}

extension [PlacedPatient] {
    /// The best first, without those that are the same as better ones.
    func distinct(limit: Int = .max, isSame: (PlacedPatient, PlacedPatient) -> Bool) -> [PlacedPatient] {
        var kept: [PlacedPatient] = []
        for place in sorted(by: { $0.agreement > $1.agreement }) where !kept.contains(where: { isSame(place, $0) }) {
            guard kept.count < limit else { break }
            kept.append(place)
        }
        return kept
    }
}

/// How far a patient may lie from where a search begins, standard deviations: rad, mm, and mm along the rays where the views do not tell the depth.
struct StartFreedom {
    var turn: Double
    var shift: Double
    var depthShift: Double
}

/// One search for a start: what it looks with, and its steps.
struct StartSearch {
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

    /// The best first, without those that lie near to better ones.
    func distinct(_ places: [PlacedPatient], _ cameras: [CArmCamera]) -> [PlacedPatient] {
        places.distinct { liesApart($0, $1, cameras) <= parameters.same }
    }

    /// How far the middle vertebra of one place is from that of another, mm; across the rays alone where the views do not tell the depth.
    func liesApart(_ a: PlacedPatient, _ b: PlacedPatient, _ cameras: [CArmCamera]) -> Double {
        let middle = model.vertebrae[model.vertebrae.count / 2].patientFromVertebra.origin
        return distance(a.roomFromPatient * middle, b.roomFromPatient * middle, cameras)
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
            frames.map { ($0.camera, measured($0, blocksOf: $0.camera.pixels(spanning: fineness), filter: filter)) }
        }
    }

    /// A frame in blocks of pixels, without what is metal wherever the patient may be.
    func measured(_ frame: XRayFrame, blocksOf factor: Int, filter: GradientFilter) -> MeasuredSlopes {
        var slopes = MeasuredSlopes(frame, blocksOf: factor, filter: filter)
        // Bone in air stands out as metal does in a patient.
        if model.surroundings == .patient { slopes.hideUnmistakableMetal(in: frame, filter: filter, parameters: tracking.metal) }
        return slopes
    }

    /// Where a start near the truth comes to rest when the whole patient moves as one body.
    func screened(
        _ start: RigidTransform<Room, Patient>, _ measured: [[(camera: CArmCamera, slopes: MeasuredSlopes)]]
    ) throws -> PlacedPatient {
        let freedom = StartFreedom(turn: tracking.startTurn, shift: tracking.startShift, depthShift: tracking.startDepthShift)
        return try placedWhole(start, measured, parameters.screening, freedom)
    }

    /// How well mirrored images can be explained, over how well the images as they are: by the whole patient, and where that does not part them, by the
    /// vertebrae and the rest.
    ///
    /// - Parameter starts: where mirrored images come to rest may lie far from where the images as they are do.
    func mirroredShare(
        of best: (whole: PlacedPatient, settled: PlacedPatient), in flipped: [XRayFrame], around starts: [RigidTransform<Room, Patient>]
    ) throws -> Double {
        let coarse = measured(flipped, parameters.screening)
        let look = try starts.map { try screened($0, coarse) }.max { $0.agreement < $1.agreement }!
        let share = look.agreement / max(best.whole.agreement, 1e-3)
        guard share > parameters.mirrorAmbiguity, share < 1 / parameters.mirrorAmbiguity else { return share }
        return try settled(look.roomFromPatient, measured(flipped, parameters.settling)).agreement / max(best.settled.agreement, 1e-3)
    }

    /// Where a start comes to rest when the whole patient moves as one body: ribs and organs hold it where a vertebra alone would turn into a look-alike.
    func placedWhole(
        _ start: RigidTransform<Room, Patient>, _ measured: [[(camera: CArmCamera, slopes: MeasuredSlopes)]],
        _ effort: AcquisitionParameters.Search, _ freedom: StartFreedom
    ) throws -> PlacedPatient {
        var registration = tracking.registration
        (registration.fineness, registration.iterations) = (effort.fineness, effort.iterations)
        let views = measured.map { $0.map { ComparedView(camera: $0.camera, measured: $0.slopes, background: nil) } }
        let body = model.wholeBody
        let pose = start * body.patientFromBody
        let prior = try PosePrior(
            of: pose, turn: freedom.turn, shift: freedom.shift, depthShift: freedom.depthShift, seenBy: views[0].map(\.camera))
        let found = try registerVertebrae(
            [body.attenuation], startingAt: [pose], in: views, prior: prior.strengthened(by: usualInflation), parameters: registration,
            threads: threads)
        return PlacedPatient(
            roomFromPatient: found.poses[0] * body.patientFromBody.inverse, agreements: wholeImageAgreements(found.comparison, views.last!))
    }

    /// Where a start comes to rest when the vertebrae move as one beside the rest, which is then given a place of its own before images and model are compared.
    func settled(
        _ start: RigidTransform<Room, Patient>, _ measured: [[(camera: CArmCamera, slopes: MeasuredSlopes)]]
    ) throws -> PlacedPatient {
        var registration = tracking.registration
        (registration.fineness, registration.iterations) = (parameters.settling.fineness, parameters.settling.iterations)
        let place = try movedBesideRest(start, measured, registration)
        let rest = try restBeside(place, measured, registration)
        return PlacedPatient(roomFromPatient: place, agreements: try agreements(of: place, beside: rest, measured.last!, registration))
    }

    /// In one view the start's depth is expected in every round: vertebrae alone say little of it, and each round would go on from the last one's error.
    private func movedBesideRest(
        _ start: RigidTransform<Room, Patient>, _ measured: [[(camera: CArmCamera, slopes: MeasuredSlopes)]],
        _ registration: RegistrationParameters
    ) throws -> RigidTransform<Room, Patient> {
        let cameras = measured[0].map(\.camera)
        var place = start
        for _ in 0..<parameters.settlingRounds {
            let rest = RestImages(of: model, withNeighbours: true, at: place, in: cameras, parameters: registration, threads: threads)
            let views = measured.indices.map { level in
                cameras.indices.map { view in
                    let seen = measured[level][view].slopes
                    return ComparedView(
                        camera: cameras[view], measured: seen,
                        background: MovableBackground(
                            movable: rest.slopes[level][view], seen.raster, in: cameras[view], about: place * model.centre,
                            shift: tracking.restStartShift, turn: tracking.restStartTurn, inflation: usualInflation))
                }
            }
            let found = try registerVertebrae(
                model.vertebrae.map(\.attenuation), startingAt: poses(at: place), in: views,
                prior: try rigidPrior(poses(at: atDepth(of: start, place, cameras)), cameras), parameters: registration, threads: threads)
            place = try groupPose(of: model.vertebrae, at: found.poses)
        }
        return place
    }

    /// The rest where it explains the images best beside the spine; with the spine where that would be too far from it.
    private func restBeside(
        _ place: RigidTransform<Room, Patient>, _ measured: [[(camera: CArmCamera, slopes: MeasuredSlopes)]],
        _ registration: RegistrationParameters
    ) throws -> RestImages {
        let cameras = measured[0].map(\.camera)
        var settling = tracking
        settling.registration = registration
        let moment = RestMoment(
            model: model, parameters: settling, cameras: cameras, measured: measured[0].map(\.slopes), poses: poses(at: place),
            threads: threads)
        let rest = try moment.found(around: place, turn: tracking.restStartTurn, shift: tracking.restStartShift)
        guard distance(rest.roomFromPatient * model.centre, place * model.centre, cameras) > parameters.restLeeway else { return rest }
        return RestImages(of: model, withNeighbours: false, at: place, in: cameras, parameters: registration, threads: threads)
    }

    private func agreements(
        of place: RigidTransform<Room, Patient>, beside rest: RestImages, _ measured: [(camera: CArmCamera, slopes: MeasuredSlopes)],
        _ registration: RegistrationParameters
    ) throws -> [Double] {
        let filter = GradientFilter(sigma: registration.sigma)
        let views = measured.indices.map { view in
            let (camera, seen) = measured[view]
            let standing = slopes(of: model.neighbours.map { ($0, place) }, from: camera, raster: seen.raster, filter: filter)
            return ComparedView(
                camera: camera, measured: seen,
                background: MovableBackground(still: rest.slopes.last![view], seen.raster, standing: standing))
        }
        let comparison = try ImageComparison(
            model.vertebrae.map(\.attenuation), at: poses(at: place), views.map { _ in ImageMotion() }, in: views, filter: filter,
            parameters: registration, keeping: nil, threads: threads)
        return wholeImageAgreements(comparison, views)
    }

    private func poses(at place: RigidTransform<Room, Patient>) -> [RigidTransform<Room, Vertebra>] {
        model.vertebrae.map { place * $0.patientFromVertebra }
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

    /// A group that may move far and vertebrae that hardly move in it.
    private func rigidPrior(_ poses: [RigidTransform<Room, Vertebra>], _ cameras: [CArmCamera]) throws -> PosePrior {
        let motion = GroupMotion(of: poses)
        let group = SquareMatrix(
            turn: tracking.startTurn, shift: tracking.startShift, depthShift: tracking.startDepthShift, at: motion.centre, seenBy: cameras)
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
