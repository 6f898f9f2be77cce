import Anatomy

/// The levels moved by a number of vertebrae, towards the feet when positive: T12 by 1 is L1. Use it when a count was off.
///
/// Levels above the sacrum move along C1 ... T12, L1 ... L6; T13 is on the way only when it is among `levels`, so nobody gets one by a shift. L5 moves
/// to L6, which says that this person has six lumbar vertebrae. The sacrum is known by its shape and keeps its name.
///
/// - Parameter anatomy: `elevenThoracic` leaves T12 out of the way.
/// - Returns: the new levels in the order of `levels`.
/// - Throws: `NamingError.shiftOutOfRange` when a level would pass C1 or L6; nothing is moved then.
/// - Complexity: O(levels).
public func shifted(_ levels: [VertebraLevel], by count: Int, anatomy: SpinalAnatomy = .usual) throws -> [VertebraLevel] {
    let way = VertebraLevel.craniocaudal.filter { level in
        switch level {
        case .s1: false
        case .t13: levels.contains(.t13)
        case .t12: anatomy != .elevenThoracic || levels.contains(.t12)
        default: true
        }
    }
    return try levels.map { level in
        guard let place = way.firstIndex(of: level) else { return level }
        let (target, overflow) = place.addingReportingOverflow(count)
        guard !overflow, way.indices.contains(target) else { throw NamingError.shiftOutOfRange(level: level, by: count) }
        return way[target]
    }
}

extension NamedChain {
    /// This chain with its names moved by a number of vertebrae (`shifted(_:by:)`), as a person said who counted: the level is then no estimate
    /// and the other namings are gone.
    ///
    /// - Throws: `NamingError.shiftOutOfRange`.
    public func shifted(by count: Int) throws -> NamedChain {
        let named = places.indices.filter { levels[$0] != nil }
        let moved = try Segmentation.shifted(named.compactMap { levels[$0] }, by: count, anatomy: anatomy)
        var chain = self
        for (index, level) in zip(named, moved) { chain.places[index] = .level(level) }
        chain.probability = 1
        chain.alternatives = []
        chain.shiftProbabilities = [0: 1]
        chain.anchors.insert(.user)
        chain.levelEstimated = false
        // Both were about the old names.
        chain.warnings.removeAll { $0.code == .levelEstimated || $0.code == .transitionalAnatomy || $0.code == .missingLevel }
        // What is left of it: a T13 may have become an L1, but a step from T11 to L1 stays a step without T12.
        let touching = zip(moved, moved.dropFirst()).filter { anatomy == .elevenThoracic ? $0.0 < $0.1 : $0.1 == .s1 }
        chain.anatomy = unusualAnatomy(of: moved, steps: Array(touching)) ?? .usual
        chain.anatomyProbabilities = [chain.anatomy: 1]
        return chain
    }
}
