import Anatomy
import Foundation
import Frames

/// Where the patient lies in the room at the start, and what speaks against it.
public struct Acquisition: Sendable {
    /// Nil where nothing was seen.
    public var roomFromPatient: RigidTransform<Room, Patient>?
    /// Correlation of whole images with the model, from -1 to 1.
    public var agreement: Double
    /// The same for the best start one level up or down, for the mirrored images, and for images exchanged between views.
    public var otherLevelAgreement = 0.0
    public var mirroredAgreement = 0.0
    public var swappedAgreement = 0.0
    /// For the patient lying another way round, where that was looked for.
    public var otherWayAgreement = 0.0
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
    /// Where nothing is known of the patient's place.
    public var anywhere = AnywhereParameters()

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
        return Acquisition(roomFromPatient: nil, agreement: 0, causes: [.noSignal])
    }
    let search = StartSearch(model: model, tracking: tracking, parameters: parameters, threads: threads)
    let (screening, settling) = (search.measured(frames, parameters.screening), search.measured(frames, parameters.settling))
    let freedom = StartFreedom(turn: tracking.startTurn, shift: tracking.startShift, depthShift: tracking.startDepthShift)
    let tries = try search.levelSteps(guess).map { step in
        let stepped = PoseMotion(rotation: SIMD3(), shift: step).applied(to: guess, about: guess.origin)
        let starts = search.sidesteps(guess).map { PoseMotion(rotation: SIMD3(), shift: $0).applied(to: stepped, about: stepped.origin) }
        let screened = try starts.map { try search.placedWhole($0, screening, parameters.screening, freedom) }
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
