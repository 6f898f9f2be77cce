import Concurrency
import Foundation
import Frames

/// The rest of the anatomy from frame to frame: where it lies, and how far it has moved in each view's image since that was found.
///
/// It does not move with the spine, so its own place in the room is found from the images, beside the frame loop and some times a second at most. Between,
/// it moves within each image; the registration finds how far.
struct FollowedRest: Sendable {
    private var images: RestImages
    /// By view, since `images` were drawn.
    private var motions: [ImageMotion]
    private var isFresh = true
    private var search: Search?
    /// When the next search may begin, seconds.
    private var nextSearch = -Double.infinity

    /// A place that is being looked for.
    private struct Search: Sendable {
        let job: BackgroundJob<RestImages>
        /// By view, in the frame that it is looked for in.
        let motions: [ImageMotion]
        /// When its result is taken over: a time of frames, so that runs repeat whatever the machine does.
        let due: Double
    }

    /// Finds the rest's place in the first frame.
    ///
    /// - Throws: `LinearAlgebraError`.
    init(_ moment: RestMoment, around place: RigidTransform<Room, Patient>) throws {
        images = try moment.found(around: place, turn: moment.parameters.restStartTurn, shift: moment.parameters.restStartShift)
        motions = moment.cameras.map { _ in ImageMotion() }
    }

    /// Draws the rest anew where cameras have moved, and takes over what a search has found.
    ///
    /// - Throws: `LinearAlgebraError`.
    mutating func prepare(_ model: SpineModel, in cameras: [CArmCamera], at time: Double, _ parameters: TrackerParameters, threads: Int)
        throws
    {
        if cameras != images.cameras {
            search = nil
            if cameras.count != motions.count { motions = cameras.map { _ in ImageMotion() } }
            images = RestImages(
                of: model, withNeighbours: false, at: images.roomFromPatient, in: cameras, parameters: parameters.registration,
                threads: threads)
        }
        guard let search, time >= search.due else { return }
        images = try search.job.value()
        motions = zip(motions, search.motions).map { $0 - $1 }
        self.search = nil
    }

    /// What the registration compares one view with.
    ///
    /// - Parameters:
    ///   - standing: slopes of the neighbouring vertebrae.
    ///   - gap: seconds since the last frame.
    ///   - inflation: of the images' information, which the prior's must keep up with.
    func background(
        level: Int, view: Int, raster: DetectorRaster, standing: [Float]?, centre: Point<Patient>, after gap: Double, inflation: Double,
        _ parameters: TrackerParameters
    ) -> MovableBackground {
        let spread = isFresh ? 1 : gap.squareRoot()
        return MovableBackground(
            movable: images.slopes[level][view], raster, standing: standing, in: images.cameras[view],
            about: images.roomFromPatient * centre,
            expected: motions[view], shift: spread * parameters.restShift, turn: spread * parameters.restTurn, inflation: inflation)
    }

    /// The line integrals of the rest in one view, where it was last drawn.
    func lineIntegrals(level: Int, view: Int) -> [Float] { images.lineIntegrals[level][view] }

    /// Takes over how the rest has moved in a frame, and begins to look for its place where the last search is long enough ago.
    mutating func follow(_ motions: [ImageMotion], _ moment: RestMoment, at time: Double) {
        self.motions = motions
        isFresh = false
        guard search == nil, time >= nextSearch else { return }
        let parameters = moment.parameters
        nextSearch = time + parameters.restInterval
        let spread = parameters.restInterval.squareRoot()
        let place = images.roomFromPatient
        let job = BackgroundJob {
            try moment.found(around: place, turn: spread * parameters.restTurn, shift: spread * parameters.restPlaceShift)
        }
        search = Search(job: job, motions: motions, due: time + parameters.restDelay)
    }

    /// As it was drawn, with as much room to move within each image as in a first frame.
    var asDrawn: FollowedRest {
        var drawn = self
        (drawn.isFresh, drawn.search) = (true, nil)
        return drawn
    }

    /// All vertebrae were lost: what is being looked for rests on poses that led nowhere, and is not taken over.
    mutating func lose() { search = nil }
}
