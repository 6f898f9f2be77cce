import Concurrency
import Foundation
import Frames

/// How a patient is looked for of whom nothing is known but that the tracked vertebrae are in view.
public struct AnywhereParameters: Codable, Equatable, Sendable {
    /// Places along the shorter side of the first view's image at the first look, and in all of it at most.
    public var places = 25
    public var mostPlaces = 1600
    /// Steps of the turn in the image's plane and about the spine's long axis, to a full turn: 15 degrees, since the search that follows mends half of it.
    public var turns = 24
    /// Distances from the source that are tried, as shares of the detector's: a shadow is within 6 % of its size then.
    public var depths = [0.6, 0.68, 0.77]
    /// Voxels for the first look, mm.
    public var spacing = 6.0
    /// The best of the first look whose depth is looked for in all views, in steps of `depthStep` mm.
    public var kept = 48
    public var depthSteps = 8
    public var depthStep = 15.0
    /// The best of these that are searched from, and how.
    public var searched = 10
    public var search = AcquisitionParameters.Search(fineness: [9.6, 4.8], iterations: [10, 6])
    /// How far that search may go, standard deviations: rad, mm, and mm along the rays of a single view.
    public var turn = 12.0 * .pi / 180
    public var shift = 25.0
    public var depthShift = 40.0
    /// Places that lie less apart than this are the same: rad and mm across the rays.
    public var sameTurn = 20.0 * .pi / 180
    public var same = 15.0
    /// Agreement of a view below which its image is of something else. More is asked than of a start that somebody named: right ones had 0.88 and more.
    public var leastAgreement = 0.7
    /// Turned by more than this, rad, a place is another way to lie: more than any search here mends.
    public var otherWay = 40.0 * .pi / 180
    /// A patient lying another way round, or images exchanged between views, whose agreement is more than this share of the best leaves it open which is right.
    public var ambiguity = 0.95

    public init() {}
}

/// The place of the patient that explains the images best, wherever it is: any turn in the first view's plane, any turn about the spine's long axis.
///
/// The spine runs along the first view's detector within some 20 degrees, as it does in every view that vertebrae can be seen in. The whole CT is drawn coarsely for each way
/// that the patient may lie, and slid over the first view's image; the best are looked at in all views, and searched from. What comes out best is the guess of `acquire`, and
/// must pass all that a start by hand must.
///
/// - Throws: `LinearAlgebraError`.
/// - Complexity: 1,728 coarse projections of the CT, each compared at every shift: O(places squared), with `mostPlaces` at most; the same again for each
///   pair of views, exchanged. 1 to 3 s on two cores in one view, 2 to 5 s in two; then as `acquire`.
public func acquireAnywhere(
    _ model: SpineModel, in frames: [XRayFrame], tracking: TrackerParameters = .init(), parameters: AcquisitionParameters = .init(),
    threads: Int
) throws -> Acquisition {
    let frames = frames.filter(\.hasSignal)
    guard !frames.isEmpty else { return Acquisition(notFound: .noSignal) }
    let search = StartSearch(model: model, tracking: tracking, parameters: parameters, threads: threads)
    let anywhere = AnywhereSearch(search, frames)
    let found = try anywhere.found()
    guard let best = found.first else { return Acquisition(notFound: .unsolvable) }
    let turnedOver = try anywhere.turnedOver(best.roomFromPatient)
    var start = try acquire(search, in: frames, around: best.roomFromPatient, mirroredAround: [best.roomFromPatient, turnedOver])
    let rivals = found.dropFirst() + (try anywhere.searched(anywhere.turnedByHalf(best)))
    let (sameWay, otherWays) = (
        rivals.filter { turn(from: best, to: $0) <= parameters.anywhere.otherWay },
        rivals.filter { turn(from: best, to: $0) > parameters.anywhere.otherWay }
    )
    // A patient turned by a right angle explains one of two exchanged images, and a symmetric one the other nearly, so they are looked for everywhere too.
    let exchanged = try swaps(of: frames).map { try anywhere.exchangedShare(of: best, settled: start.agreement, in: $0) }
    func share(_ agreements: [Double]) -> Double { (agreements.max() ?? 0) / max(best.agreement, 1e-3) }
    start.otherWayShare = share(otherWays.map(\.agreement))
    start.swappedShare = max(start.swappedShare, exchanged.max() ?? 0)
    if start.leastViewAgreement < parameters.anywhere.leastAgreement { start.doubt(.lowSimilarity) }
    if start.otherWayShare > parameters.anywhere.ambiguity { start.doubt(.ambiguousOrientation) }
    if start.swappedShare > parameters.anywhere.ambiguity { start.doubt(.viewsSwapped) }
    if try anywhere.holdsAnotherLevel(sameWay, than: best) { start.doubt(.ambiguousLevel) }
    return start
}

extension Acquisition {
    fileprivate mutating func doubt(_ cause: TrackingCause) {
        if !causes.contains(cause) { causes.append(cause) }
    }
}

private func turn(from a: PlacedPatient, to b: PlacedPatient) -> Double {
    PoseMotion(from: a.roomFromPatient, to: b.roomFromPatient).rotation.length
}

private struct AnywhereSearch {
    let search: StartSearch
    let frames: [XRayFrame]
    /// On voxels for the first look.
    let body: PatientBody
    let filter: GradientFilter

    var parameters: AnywhereParameters { search.parameters.anywhere }

    init(_ search: StartSearch, _ frames: [XRayFrame]) {
        (self.search, self.frames) = (search, frames)
        body = search.model.wholeBody.averaged(toSpacing: search.parameters.anywhere.spacing)
        filter = GradientFilter(sigma: search.tracking.registration.sigma)
    }

    /// A view at the first look's places. Their number is bounded, because the work grows with its square.
    private func measured(_ frame: XRayFrame) -> MeasuredSlopes {
        let size = frame.camera.size
        let bounded = (Double(size.x) * Double(size.y) / Double(parameters.mostPlaces)).squareRoot().rounded(.up)
        return search.measured(frame, blocksOf: max(1, size.min() / parameters.places, Int(bounded)), filter: filter)
    }

    /// Places that explain the images, the best first.
    func found() throws -> [PlacedPatient] { try searched(withDepth(firstLook())) }

    /// The best shift in the first view of every way to lie, best first, each way only once.
    func firstLook() -> [PlacedPatient] {
        let camera = frames[0].camera
        let seen = measured(frames[0])
        let sliding = SlidingAgreement(seen, reach: seen.raster.size / 2, filter: filter)
        let middle = seen.raster.first + seen.raster.step * SIMD2<Double>(seen.raster.size / 2)
        let ways = wholeTurns(parameters.turns).flatMap { plane in
            wholeTurns(parameters.turns).flatMap { axis in parameters.depths.map { (lying(turnedInPlane: plane, aboutSpine: axis), $0) } }
        }
        // Drawing cannot fail.
        let places = try! concurrentMap(ways, threads: search.threads) { rotation, depth -> PlacedPatient in
            let image = project(
                body.attenuation, at: placed(rotation, at: middle, depth, camera), from: camera, to: sliding.drawnRaster)
            let best = sliding.best(image)
            let pixel = middle + seen.raster.step * SIMD2<Double>(best.shift)
            let carmFromBody = placed(rotation, at: pixel, depth, camera)
            return PlacedPatient(
                roomFromPatient: camera.carmFromRoom.inverse * carmFromBody * body.patientFromBody.inverse, agreements: [best.agreement])
        }
        return distinct(places, limit: parameters.kept)
    }

    /// Each place at the depth along the first view's rays at which all views agree best.
    func withDepth(_ places: [PlacedPatient]) -> [PlacedPatient] {
        let views = frames.map { SlidingAgreement(measured($0), reach: SIMD2(), filter: filter) }
        let deep = try! concurrentMap(places, threads: search.threads) { place -> PlacedPatient in
            let ray = rayDirection(frames[0].camera, to: place.roomFromPatient * search.model.centre)
            let tries = (-parameters.depthSteps...parameters.depthSteps).map { step -> PlacedPatient in
                let moved = PoseMotion(rotation: SIMD3(), shift: Double(step) * parameters.depthStep * ray)
                    .applied(to: place.roomFromPatient, about: place.roomFromPatient.origin)
                let agreements = zip(frames, views).map { frame, view in
                    let carmFromBody = frame.camera.carmFromRoom * moved * body.patientFromBody
                    return view.best(project(body.attenuation, at: carmFromBody, from: frame.camera, to: view.drawnRaster)).agreement
                }
                return PlacedPatient(roomFromPatient: moved, agreements: agreements)
            }
            return tries.max { $0.agreement < $1.agreement }!
        }
        return distinct(deep, limit: parameters.searched)
    }

    /// Where the whole patient comes to rest from each of these, best first.
    func searched(_ places: [PlacedPatient]) throws -> [PlacedPatient] {
        let measured = search.measured(frames, parameters.search)
        let freedom = StartFreedom(turn: parameters.turn, shift: parameters.shift, depthShift: parameters.depthShift)
        let found = try places.compactMap { place -> PlacedPatient? in
            // One place that has no solution says nothing of the others.
            do { return try search.placedWhole(place.roomFromPatient, measured, parameters.search, freedom) } catch is LinearAlgebraError {
                return nil
            }
        }
        return distinct(found, limit: parameters.searched)
    }

    /// How well exchanged images can be explained, wherever the patient is, over how well the images as they are: by the whole patient, and where that does not
    /// part them, by the vertebrae and the rest.
    func exchangedShare(of best: PlacedPatient, settled: Double, in exchanged: [XRayFrame]) throws -> Double {
        guard let place = try AnywhereSearch(search, exchanged).found().first else { return 0 }
        let share = place.agreement / max(best.agreement, 1e-3)
        guard share > parameters.ambiguity, share < 1 / parameters.ambiguity else { return share }
        let fine = search.measured(exchanged, search.parameters.settling)
        return try search.settled(place.roomFromPatient, fine).agreement / max(settled, 1e-3)
    }

    /// A place turned by half a turn about each of the patient's axes: prone for supine, feet for head.
    func turnedByHalf(_ place: PlacedPatient) -> [PlacedPatient] {
        let axes = place.roomFromPatient.rotation.columns
        return [axes.0, axes.1, axes.2].map { axis in
            let turned = PoseMotion(rotation: .pi * axis, shift: SIMD3())
                .applied(to: place.roomFromPatient, about: place.roomFromPatient * search.model.centre)
            return PlacedPatient(roomFromPatient: turned, agreements: [0])
        }
    }

    /// Whether one of the places, which lies as the best does, is another level's and explains the images nearly as well.
    func holdsAnotherLevel(_ places: [PlacedPatient], than best: PlacedPatient) throws -> Bool {
        let measured = search.measured(frames, search.parameters.screening)
        let cameras = frames.map(\.camera)
        let least = search.parameters.ambiguity * best.agreement
        // Searched once more, for some have not come to rest yet, and would do so where the best is.
        return try places.filter { $0.agreement > least }.map { try search.screened($0.roomFromPatient, measured) }.contains {
            $0.agreement > least && search.liesApart($0, best, cameras) > search.parameters.same
        }
    }

    /// Where a patient turned over looks as in the mirrored images: but for the rays' divergence, one seen from behind is the mirror image of one seen from
    /// the front.
    func turnedOver(_ place: RigidTransform<Room, Patient>) throws -> RigidTransform<Room, Patient> {
        let centre = place * search.model.centre
        return PoseMotion(rotation: .pi * place.rotation.columns.2, shift: try shiftToMirrorImage(of: centre)).applied(
            to: place, about: centre)
    }

    /// What brings a point nearest to where the mirrored images show it: least squares over the views, and no way along the rays that none asks for.
    private func shiftToMirrorImage(of point: Point<Room>) throws -> SIMD3<Double> {
        var matrix = SquareMatrix(order: 3)
        for n in 0..<3 { matrix[n, n] = 1e-3 }
        var wanted = SIMD3<Double>()
        for camera in frames.map(\.camera) {
            let roomFromCarm = camera.carmFromRoom.rotation.inverse
            let (along, down) = (roomFromCarm(SIMD3(1, 0, 0)), roomFromCarm(SIMD3(0, 1, 0)))
            guard let pixel = camera.pixel(of: point) else { continue }
            let scale = (camera.carmFromRoom * point).z / camera.focalLength.x
            let distance = (Double(camera.size.x - 1) - 2 * pixel.x) * scale
            wanted += distance * along
            for i in 0..<3 { for j in 0..<3 { matrix[i, j] += along[i] * along[j] + down[i] * down[j] } }
        }
        let shift = try solvePositive(matrix.values, [wanted.x, wanted.y, wanted.z])
        return SIMD3(shift[0], shift[1], shift[2])
    }

    private func distinct(_ places: [PlacedPatient], limit: Int) -> [PlacedPatient] {
        let camera = frames[0].camera
        return places.distinct(limit: limit) {
            turn(from: $0, to: $1) <= parameters.sameTurn && search.liesApart($0, $1, [camera]) <= parameters.same
        }
    }

    /// A body whose centre is seen at a pixel, at a share of the way to the detector.
    private func placed(
        _ rotation: Rotation<CArm, Vertebra>, at pixel: SIMD2<Double>, _ depth: Double, _ camera: CArmCamera
    ) -> RigidTransform<CArm, Vertebra> {
        RigidTransform(asserting: rotation, origin: Point(depth * camera.detectorPoint(at: pixel).xyz))
    }
}

private func wholeTurns(_ count: Int) -> [Double] { (0..<count).map { 2 * .pi * Double($0) / Double(count) } }

/// A patient whose long axis lies in the detector's plane.
///
/// - Parameters:
///   - plane: 0 where the head is towards the image's first row, turning towards its columns' end.
///   - spine: 0 where the back is towards the detector.
private func lying(turnedInPlane plane: Double, aboutSpine spine: Double) -> Rotation<CArm, Vertebra> {
    let head = SIMD3(sin(plane), -cos(plane), 0)
    let across = head.cross(SIMD3(0, 0, 1))
    let back = cos(spine) * SIMD3(0, 0, 1) + sin(spine) * across
    return Rotation(columns: back.cross(head), back, head)
}
