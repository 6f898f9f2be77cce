import Anatomy
import Frames

/// A vertebra that something found in a CT, before anyone knows which one it is.
public struct VertebraDetection: Equatable, Sendable {
    /// The centre of the vertebral body, LPS mm.
    public var bodyCentre: Point<Patient>
    /// The narrowest place of each pedicle, LPS mm; nil when it was not found. `pairPedicles` finds out which belongs to which body.
    public var leftPedicle: Point<Patient>?
    public var rightPedicle: Point<Patient>?
    /// How sure the finder is that this is a vertebra, 0 to 1.
    public var score: Double
    /// How sure the finder is that a rib meets this vertebra, 0 to 1; nil when it did not look.
    public var ribLikelihood: Double?
    /// The finder's own guess: for each level the log likelihood of what it saw there, up to a constant. A level that is not listed is as
    /// likely as the least likely one that is. Nil when it makes no guess.
    public var levelLogLikelihood: [VertebraLevel: Double]?

    public init(
        bodyCentre: Point<Patient>, leftPedicle: Point<Patient>? = nil, rightPedicle: Point<Patient>? = nil, score: Double = 0.95,
        ribLikelihood: Double? = nil, levelLogLikelihood: [VertebraLevel: Double]? = nil
    ) {
        self.bodyCentre = bodyCentre
        self.leftPedicle = leftPedicle
        self.rightPedicle = rightPedicle
        self.score = score
        self.ribLikelihood = ribLikelihood
        self.levelLogLikelihood = levelLogLikelihood
    }
}

/// What a scan shows, besides its vertebrae, that tells their numbers.
public struct NamingEvidence: Equatable, Sendable {
    public struct Sacrum: Equatable, Sendable {
        /// The centre of the S1 body, LPS mm.
        public var centre: Point<Patient>
        /// 0 to 1.
        public var confidence: Double

        public init(centre: Point<Patient>, confidence: Double) {
            self.centre = centre
            self.confidence = confidence
        }
    }

    public var sacrum: Sacrum?
    /// Whether the skull's base is in view, and so C1 is too.
    public var skullSeen: Bool
    /// What the image shows. A level that should be inside it and has no detection counts against a naming; one outside costs nothing.
    /// Nil: every missing level beyond the ends of the chain may be outside.
    public var view: PatientExtent?

    public init(sacrum: Sacrum? = nil, skullSeen: Bool = false, view: PatientExtent? = nil) {
        self.sacrum = sacrum
        self.skullSeen = skullSeen
        self.view = view
    }
}
