import Anatomy

/// Detections with their names, and how sure they are.
public struct NamedChain: Equatable, Sendable {
    public enum DropReason: String, Codable, Sendable {
        /// It lies within half a step of a kept detection.
        case duplicate
        /// It lies beside the curve of the spine.
        case offTheSpine = "off_the_spine"
        /// Its score is low, and nothing speaks for it.
        case lowScore = "low_score"
        /// With it, the distances along the spine would be no spine's.
        case doesNotFit = "does_not_fit"
    }
    public enum Place: Equatable, Sendable {
        case level(VertebraLevel)
        case dropped(DropReason)
    }
    /// What in the scan, besides the vertebrae's shapes and distances, tells the number.
    public enum Anchor: String, Codable, CaseIterable, Sendable {
        /// A person named a level.
        case user
        case sacrum
        case skull
        /// Ribs on vertebrae above and none on those below.
        case ribs
        /// The finder's guesses change from one region to the next within the chain.
        case guesses
    }
    /// Another way to name the same detections.
    public struct Alternative: Equatable, Sendable {
        /// In the order of the input; nil for dropped.
        public var levels: [VertebraLevel?]
        /// By how many levels the middle of the chain is further down than in the chosen naming; 0 when only the ends or gaps differ.
        public var shift: Int
        public var probability: Double
    }

    /// In the order of the input.
    public var places: [Place]
    public var probability: Double
    /// The other namings, the most probable first, those above 0.0001.
    public var alternatives: [Alternative]
    /// The probability that the chain is shifted by so many levels against the chosen names: positive is caudal. Sums to 1.
    public var shiftProbabilities: [Int: Double]
    /// The anatomy that the chosen names show; `usual` also when the part that would show another is not in view.
    public var anatomy: SpinalAnatomy
    /// The probability of each anatomy, seen or not.
    public var anatomyProbabilities: [SpinalAnatomy: Double]
    public var anchors: Set<Anchor>
    /// Whether the names are an estimate from shapes and distances that a person must check.
    ///
    /// False when a person named a level, or when an anchor is in view and the naming's probability is at least `decisiveProbability`. Shapes
    /// and distances alone never settle a level: people with one vertebra more or less look like others shifted by one.
    public var levelEstimated: Bool
    public var warnings: [LabelWarning]

    /// In the order of the input; nil for dropped.
    public var levels: [VertebraLevel?] {
        places.map { place in
            if case .level(let level) = place { level } else { nil }
        }
    }
    /// The probability less that of the next best naming.
    public var margin: Double { probability - (alternatives.first?.probability ?? 0) }
}
