import Anatomy
import Frames
import Volumes

/// What makes a vertebra's label doubtful.
public struct TrustParameters: Codable, Equatable, Sendable {
    /// Below this mean probability inside (0.5 to 1) the network was unsure.
    public var leastProbability = 0.85
    /// Below this share of its surface with an edge in the image (0 to 1) it may lie beside the bone.
    public var leastEdgeShare = 0.5
    /// Above this share of its surface with soft tissue in place of a wall, in one piece (0 to 1), part of it is made up.
    ///
    /// Development cases (six CTs of people with slices of 1 to 4.25 mm, phantoms). Intact vertebrae had up to 0.016; up to 0.038 with the bone's contrast to
    /// soft tissue brought down to 0.35 of what it was; up to 0.019 with all marrow at 45 HU, but 0.052 where that took endplates out of slices of 4.25 mm.
    /// Vertebrae with the front third, front half or a side at 40 to 60 HU, noise of 0 to 40 HU, that were labelled all the same had 0.063 to 0.4 where more
    /// than a twentieth of the surface was made up, but for three halves with 0.051 to 0.056, which are lopsided.
    public var mostSoft = 0.06
    /// Below this share of the network's voxels in one piece (0 to 1) it is torn.
    public var leastShareOfLargestPiece = 0.9
    /// Below this separation of the label from what surrounds it (0.5 to 1) it does not lie on bone. Source: `LabelFit`.
    public var leastSeparation = 0.68
    /// Above this share claimed by a neighbour too (0 to 1) it is mixed up with it.
    public var mostContested = 0.1
    /// Above this ratio of the larger to the smaller half, left and right of the midline, it is lopsided.
    public var mostLopsided = 1.5
    /// Below or above this ratio to the volume that its neighbours let one expect (`isUnusual`) it is too small or too large.
    ///
    /// Development cases: 0.82 (a fractured L1) to 1.13 in labels of four people, half a vertebra 0.5 to 0.6, and a whole one beside a half one up to 1.63.
    public var volumeRatio = 0.7...1.7

    public init() {}
}

/// One vertebra that was found, with what speaks for it and against it.
public struct FoundVertebra: Codable, Equatable, Sendable {
    public enum Flaw: String, Codable, Sendable {
        case unsure, blurred, boneless, torn, mixed, lopsided
        case besideBone = "beside_bone"
        case unusualVolume = "unusual_volume"
        case cutByView = "cut_by_view"
    }

    public var level: VertebraLevel
    /// LPS mm.
    public var bodyCentre: SIMD3<Double>
    /// mm³.
    public var volume: Double
    /// How sure the label is, 0 to 1: the least of the measures below, each over what correct labels reach.
    public var confidence: Double
    public var probability: Double
    public var edgeShare: Double
    /// The share of the surface, in one piece, where soft tissue lies in place of the bone's wall.
    public var softShare: Double
    public var shareOfLargestPiece: Double
    /// How much brighter the label's voxels are than those around it; nil where there is too little around. Source: `LabelFit`.
    public var separation: Double?
    /// The share that a neighbour claims too.
    public var contestedShare: Double
    /// The volume left of the midline over that right of it.
    public var leftRightRatio: Double
    /// Bone that is no vertebra where ribs meet one, mm³.
    public var ribVolume: Double
    public var flaws: [Flaw]

    /// Whether it may be planned on. A vertebra that the view cuts is judged by the planner, which knows where.
    public var isTrusted: Bool { flaws.allSatisfy { $0 == .cutByView } }

    enum CodingKeys: String, CodingKey {
        case level, confidence, probability, separation, flaws
        case bodyCentre = "body_centre_lps_mm"
        case volume = "volume_mm3"
        case edgeShare = "edge_share"
        case softShare = "soft_share"
        case shareOfLargestPiece = "share_of_largest_piece"
        case contestedShare = "contested_share"
        case leftRightRatio = "left_right_ratio"
        case ribVolume = "rib_volume_mm3"
    }
}
