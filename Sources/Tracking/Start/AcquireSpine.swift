import Anatomy
import Foundation
import Frames

/// Where the patient lies in the room at the start, and what speaks against it.
public struct Acquisition: Sendable {
    /// Nil where nothing was seen.
    public var roomFromPatient: RigidTransform<Room, Patient>?
    /// Correlation of whole images with the model, from -1 to 1.
    public var agreement: Double
    /// The same in the view where it is worst.
    public var leastViewAgreement = 0.0
    /// The same for the best start that came to rest elsewhere, such as one level up or down; 0 where none did.
    public var otherLevelAgreement = 0.0
    /// The agreement with mirrored images, and with images exchanged between views, over that with the images as they are.
    public var mirroredShare = 0.0
    public var swappedShare = 0.0
    /// That of the whole patient lying another way round, as one body, over that of it as it lies; 0 where it was not looked for.
    public var otherWayShare = 0.0
    /// Empty where the place is believed.
    public var causes: [TrackingCause]
}

extension Acquisition {
    /// No place at all.
    public init(notFound cause: TrackingCause) { self.init(roomFromPatient: nil, agreement: 0, causes: [cause]) }
}

/// How a start is searched and when it is believed.
public struct AcquisitionParameters: Codable, Equatable, Sendable {
    /// Places at the detector, mm, and steps: of the first look at every start, and of the second at the best of each level.
    public var screening = Search(fineness: [9.6, 4.8], iterations: [5, 5])
    public var settling = Search(fineness: [4.8, 2.4], iterations: [5, 5])
    /// Times that the rest of the anatomy is drawn anew in the second where the vertebrae were found.
    public var settlingRounds = 2
    /// Starts lie so far to either side of the guess, in the two directions across the spine, mm.
    public var sideways = 12.0
    /// Agreement of a view below which its image is of something else. Right starts had 0.87 to 0.98 on development frames and phantoms; starts one level off at most 0.61,
    /// mirrored images of a person at most 0.48, exchanged ones 0.03.
    public var leastAgreement = 0.55
    /// A start one level off, or images exchanged between views, whose agreement is more than this share of the best leave it open which is right.
    public var ambiguity = 0.9
    /// The same of mirrored images: a spine is nearly its own mirror image, a phantom's in one view (up to 0.7) more than a person's (up to 0.5).
    public var mirrorAmbiguity = 0.98
    /// The rest of the anatomy may lie so far beside where the spine has it, mm: as far as breathing moves it, and well under a vertebra, or it would
    /// no longer tell one level from the next.
    public var restLeeway = 10.0
    /// Starts that end this near to one another are the same, mm.
    public var same = 8.0
    /// Where nothing is known of the patient's place.
    public var anywhere = AnywhereParameters()

    public struct Search: Codable, Equatable, Sendable {
        public var fineness: [Double]
        public var iterations: [Int]
    }

    public init() {}
}

/// The place of the patient that explains the images best, looked for around a guess and one vertebra further up and down.
///
/// First the whole patient moves as one body, then the vertebrae as one beside the rest. Neighbouring vertebrae look alike, so that a start one level off fits
/// itself nearly as well as the right one; the rest of the anatomy, which moves along, does not. The mirrored images are tried as well: a spine is nearly its own mirror image.
///
/// - Parameters:
///   - guess: within about half a vertebra, or one level and half a vertebra, of the truth; 10 degrees.
/// - Throws: `LinearAlgebraError`.
/// - Complexity: some twenty coarse searches, and a finer one with three projections of the CT a view for each place that they end in: about a second.
public func acquire(
    _ model: SpineModel, in frames: [XRayFrame], around guess: RigidTransform<Room, Patient>, tracking: TrackerParameters = .init(),
    parameters: AcquisitionParameters = .init(), threads: Int
) throws -> Acquisition {
    // A view that shows nothing agrees with nothing, and would spoil the mean over all.
    let frames = frames.filter(\.hasSignal)
    guard !frames.isEmpty else { return Acquisition(notFound: .noSignal) }
    let search = StartSearch(model: model, tracking: tracking, parameters: parameters, threads: threads)
    return try acquire(search, in: frames, around: guess, mirroredAround: [guess])
}

/// - Parameter mirroredStarts: where the patient is looked for in the mirrored images, beside where it was found.
func acquire(
    _ search: StartSearch, in frames: [XRayFrame], around guess: RigidTransform<Room, Patient>,
    mirroredAround mirroredStarts: [RigidTransform<Room, Patient>]
) throws -> Acquisition {
    let parameters = search.parameters
    let (screening, settling) = (search.measured(frames, parameters.screening), search.measured(frames, parameters.settling))
    let looked = try search.levelSteps(guess).map { step in
        let stepped = PoseMotion(rotation: SIMD3(), shift: step).applied(to: guess, about: guess.origin)
        return try search.sidesteps(guess).map { sidestep in
            try search.screened(PoseMotion(rotation: SIMD3(), shift: sidestep).applied(to: stepped, about: stepped.origin), screening)
        }.max { $0.agreement < $1.agreement }!
    }
    let cameras = frames.map(\.camera)
    let tries = try search.distinct(looked, cameras).map { look in
        (whole: look, settled: try search.settled(look.roomFromPatient, settling))
    }
    let best = tries.max { $0.settled.agreement < $1.settled.agreement }!
    // Places that lay apart may have come to rest in one.
    let other = search.distinct(tries.map(\.settled), cameras).dropFirst().first?.agreement ?? 0
    let mirrored = try search.mirroredShare(of: best, in: frames.map(\.mirrored), around: [best.settled.roomFromPatient] + mirroredStarts)
    let swapped =
        try swaps(of: frames).map {
            try search.screened(guess, search.measured($0, parameters.screening)).agreement / max(best.whole.agreement, 1e-3)
        }.max() ?? 0
    var causes: [TrackingCause] = []
    // Of every view: where two are exchanged, a patient turned by a right angle explains one of them.
    if best.settled.agreements.min()! < parameters.leastAgreement { causes.append(.lowSimilarity) }
    // Not only where they explain the images better: what cannot be told from the mirrored must not pass for right.
    if mirrored > parameters.mirrorAmbiguity { causes.append(.mirrored) }
    if swapped > parameters.ambiguity { causes.append(.viewsSwapped) }
    if other > parameters.ambiguity * best.settled.agreement { causes.append(.ambiguousLevel) }
    return Acquisition(
        roomFromPatient: best.settled.roomFromPatient, agreement: best.settled.agreement,
        leastViewAgreement: best.settled.agreements.min()!, otherLevelAgreement: other, mirroredShare: mirrored, swappedShare: swapped,
        causes: causes)
}

/// The frames with the images of two views exchanged, for each pair whose images have one size.
func swaps(of frames: [XRayFrame]) -> [[XRayFrame]] {
    frames.indices.flatMap { a in
        frames[..<a].indices.filter { frames[$0].camera.size == frames[a].camera.size }.map { b in
            var exchanged = frames
            (exchanged[a].transmission, exchanged[b].transmission) = (frames[b].transmission, frames[a].transmission)
            return exchanged
        }
    }
}
