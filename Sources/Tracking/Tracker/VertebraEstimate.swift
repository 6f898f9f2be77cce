import Anatomy
import Frames

/// How far a pose may be trusted.
public enum TrackingState: String, Codable, Sendable {
    /// Measured in this frame, and nothing speaks against it.
    case ok = "OK"
    /// Measured in this frame, but something speaks against full trust; `causes` says what.
    case degraded = "DEGRADED"
    /// Not known. There is no pose.
    case lost = "LOST"
}

/// Why a vertebra is not OK. The raw value is what other programs read.
public enum TrackingCause: String, Codable, Sendable, CaseIterable {
    /// The image shows too little contrast anywhere: all black, saturated, or no patient in it.
    case noSignal = "no_signal"
    /// The vertebra lies outside the image, or mostly.
    case outOfView = "out_of_view"
    /// It is cut by the image's edge or by a shutter.
    case cutByEdge = "cut_by_edge"
    /// Something else lies over a good part of it: metal, an instrument.
    case covered
    /// Image and model do not agree.
    case lowSimilarity = "low_similarity"
    /// Its contrast is not that of its neighbours.
    case contrast
    /// It moved more since the last frame than it can.
    case innovation
    /// It stands to its neighbours as no vertebra can.
    case neighbours
    /// Two views see the spine at different places along the direction that both see: one's geometry is not as stated.
    case viewsDisagree = "views_disagree"
    /// The images say too little about its pose.
    case uncertain
    /// It is the only one with a pose, seen from one direction alone: neither a neighbour nor another view would show that it is wrong.
    case unchecked
    /// The equations of its pose have no solution: image or geometry are beyond reason.
    case unsolvable
    /// A start at another level explains the image nearly as well.
    case ambiguousLevel = "ambiguous_level"
    /// The patient lying another way round explains the image nearly as well, or it lies otherwise than when it was lost.
    case ambiguousOrientation = "ambiguous_orientation"
    /// Images exchanged between the views are explained nearly as well, or better.
    case viewsSwapped = "views_swapped"
    /// The mirrored image is explained nearly as well, or better.
    case mirrored
    /// All was lost, and the patient is being looked for.
    case searching
    /// Tracking has just begun again.
    case reacquired
}

/// One vertebra at one moment.
public struct VertebraEstimate: Sendable {
    public let level: VertebraLevel
    public var state: TrackingState
    public var causes: [TrackingCause]
    /// Nil when lost.
    public var roomFromVertebra: RigidTransform<Room, Vertebra>?
    /// 6 x 6, row-major: rotation about the room's axes through the vertebra's origin (rad), then shift (mm). Nil when lost.
    public var covariance: [Double]?
    /// Whether the shift along the rays was measured: in two views or more that stand well apart.
    public var isDepthObservable: Bool
    public var evidence: PoseEvidence
}

/// What a state was decided on.
public struct PoseEvidence: Equatable, Sendable {
    /// The vertebra's own contrast over that of the whole image: near 1 where the model is right, near 0 where the vertebra is not there.
    public var contrast = 0.0
    /// The same over the vertebrae's median.
    public var contrastRatio = 0.0
    /// Its standard deviation.
    public var contrastDeviation = Double.infinity
    /// Agreement of the whole images with the model over its usual value: the same for all vertebrae.
    public var agreement = 0.0
    /// How far apart two views see the spine along the direction that both see, over the last second, mm: the same for all vertebrae; 0 in one view.
    public var viewsApart = 0.0
    /// The share of its edges that lie on the image, inside its shutters; of the view that shows most of it.
    public var visible = 0.0
    /// The share of these that metal hides; the mean over the views that show enough of it.
    public var covered = 0.0
    /// Which views show enough of it, by their place among those with a signal.
    public var views: [Int] = []
    /// Whether these see it from directions that stand apart, so that its depth is measured.
    public var isDepthMeasured = false
    /// The share of its edges where residuals are far beyond what is usual; of the view where most are.
    public var outliers = 0.0
    /// How far it went from where it was expected, in standard deviations, by root mean square over its six parameters.
    public var innovation = 0.0
    /// How far it stands from where the CT has it among the others, likewise.
    public var neighbours = 0.0
    /// Standard deviation of the rotation, radians, and of the shift, mm, in the direction where each is largest; the shift across the rays.
    public var turnDeviation = Double.infinity
    public var shiftDeviation = Double.infinity

    public init() {}
}
