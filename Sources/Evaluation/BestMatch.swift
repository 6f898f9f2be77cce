import Anatomy

/// The predicted label that covers most of a reference vertebra, whatever its name.
public struct BestMatch: Equatable, Sendable {
    public var level: VertebraLevel
    /// Between the reference vertebra and this label.
    public var dice: Double
    /// The part of the reference vertebra that carries this label (0 to 1).
    public var covered: Double
    /// How many levels too far down the label's name is; negative when too far up.
    public var shift: Int
}

/// - Parameters:
///   - candidates: the predicted levels.
///   - order: levels from head to foot, by which a shift is counted; holds all levels of both maps.
func bestMatch(
    of reference: VertebraLevel, among candidates: [VertebraLevel], overlaps: OverlapTable, order: [VertebraLevel]
) -> BestMatch? {
    // Of equal ones the first, from head to foot.
    let best = candidates.reduce(nil as VertebraLevel?) { best, next in
        overlaps.common(reference, next) > (best.map { overlaps.common(reference, $0) } ?? 0) ? next : best
    }
    guard let best, let from = order.firstIndex(of: reference), let to = order.firstIndex(of: best) else { return nil }
    return BestMatch(
        level: best, dice: overlaps.dice(reference, best), covered: overlaps.covered(reference, by: best), shift: to - from)
}

/// The levels from head to foot by which names are counted: T13 and L6, which most people lack, only where one of the maps holds them.
func countingOrder(_ present: [VertebraLevel]) -> [VertebraLevel] {
    VertebraLevel.craniocaudal.filter { ($0 != .t13 && $0 != .l6) || present.contains($0) }
}
