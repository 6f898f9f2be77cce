import Foundation
import Frames

/// The way from body centre to body centre that a spine could take, with the most support, from head to foot; the others are left out.
///
/// A humerus or a breastbone may look like a body, but it does not lie a vertebra's height below or above one in the spine's direction. This is only
/// to keep such places from bending the spine's curve; which of the rest are vertebrae is for `nameVertebrae` to say.
///
/// - Complexity: O(centres³), with some tens of centres.
func spinePath(through centres: [BodyCentre]) -> [BodyCentre] {
    let sorted = centres.sorted { $0.point.z > $1.point.z }
    guard sorted.count > 1 else { return sorted }
    // Best way that ends with each pair (upper, lower).
    var best: [[(gain: Double, before: Int)]] = Array(
        repeating: Array(repeating: (-.infinity, -1), count: sorted.count), count: sorted.count)
    var end = (gain: -Double.infinity, upper: -1, lower: -1)
    for lower in sorted.indices {
        for upper in 0..<lower {
            let step = sorted[lower].point - sorted[upper].point
            guard let cost = costOfStep(step) else { continue }
            var way = (gain: gain(sorted[upper]), before: -1)
            for before in 0..<upper where best[before][upper].gain > -.infinity {
                let gain = best[before][upper].gain - costOfTurn(sorted[upper].point - sorted[before].point, step)
                if gain > way.gain { way = (gain, before) }
            }
            best[upper][lower] = (way.gain - cost + gain(sorted[lower]), way.before)
            if best[upper][lower].gain > end.gain { end = (best[upper][lower].gain, upper, lower) }
        }
    }
    let single = sorted.max { $0.support < $1.support }!
    guard end.gain > gain(single) else { return [single] }
    var path = [end.lower, end.upper]
    while case let before = best[path[path.count - 1]][path[path.count - 2]].before, before >= 0 { path.append(before) }
    return path.reversed().map { sorted[$0] }
}

/// A strong centre counts no more than three weak ones.
private func gain(_ centre: BodyCentre) -> Double { min(3, centre.support / 8) }

/// Nil for a step that no two bodies of a spine are apart, with up to two missing between them.
private func costOfStep(_ step: Vector<Patient>) -> Double? {
    // Scans may be turned, but not by more than 60 degrees.
    guard (11.0...130).contains(step.length), -step.z > 0.5 * step.length else { return nil }
    return 0.05 * max(0, step.length - 45)
}

/// Spines bend by up to 20 degrees a vertebra.
private func costOfTurn(_ above: Vector<Patient>, _ below: Vector<Patient>) -> Double {
    let angle = atan2(above.cross(below).length, above.dot(below)) * 180 / .pi
    return (angle / 25) * (angle / 25)
}
