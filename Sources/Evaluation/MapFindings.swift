import Anatomy

/// What is wrong with a predicted map as a whole.
public struct MapFindings: Equatable, Sendable {
    /// One predicted label over several reference vertebrae.
    public struct Merge: Equatable, Sendable {
        public var predicted: VertebraLevel
        public var reference: [VertebraLevel]
    }
    /// One reference vertebra under several predicted labels.
    public struct Split: Equatable, Sendable {
        public var reference: VertebraLevel
        public var predicted: [VertebraLevel]
    }
    /// The shift of names that most matches share.
    public struct Naming: Encodable, Equatable, Sendable {
        /// Levels too far down; negative when too far up, 0 when right.
        public var shift: Int
        /// Vertebrae whose match has this shift.
        public var count: Int
        /// Vertebrae with a match that covers them.
        public var matched: Int

        enum CodingKeys: String, CodingKey {
            case shift
            case count = "vertebrae"
            case matched
        }
    }

    /// Reference levels in which no predicted label has a voxel.
    public var missing: [VertebraLevel]
    /// Predicted levels without a voxel in any reference vertebra.
    public var extra: [VertebraLevel]
    public var merged: [Merge]
    public var split: [Split]
    /// Nil when no label covers any vertebra.
    public var naming: Naming?
}

/// - Parameters:
///   - reference, predicted: the levels of both maps, from head to foot.
///   - matches: the best match of each reference level that has one.
///   - coverFraction: a label covers a vertebra when more than this part of it carries the label.
func mapFindings(
    reference: [VertebraLevel], predicted: [VertebraLevel], overlaps: OverlapTable, matches: [BestMatch], coverFraction: Double
) -> MapFindings {
    func covers(_ predicted: VertebraLevel, _ reference: VertebraLevel) -> Bool {
        overlaps.covered(reference, by: predicted) > coverFraction
    }
    let merged = predicted.map { label in MapFindings.Merge(predicted: label, reference: reference.filter { covers(label, $0) }) }
    let split = reference.map { level in MapFindings.Split(reference: level, predicted: predicted.filter { covers($0, level) }) }
    return MapFindings(
        missing: reference.filter { overlaps.covered($0) == 0 }, extra: predicted.filter { overlaps.isApart($0) },
        merged: merged.filter { $0.reference.count > 1 }, split: split.filter { $0.predicted.count > 1 },
        naming: naming(of: matches.filter { $0.covered > coverFraction }))
}

/// Of equally frequent shifts the smallest, and of opposite ones that towards the head.
private func naming(of matches: [BestMatch]) -> MapFindings.Naming? {
    let counts = Dictionary(grouping: matches, by: \.shift).mapValues(\.count)
    let most = counts.max { ($0.value, -abs($0.key), -$0.key) < ($1.value, -abs($1.key), -$1.key) }
    return most.map { MapFindings.Naming(shift: $0.key, count: $0.value, matched: matches.count) }
}
