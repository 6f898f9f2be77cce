import Frames

/// Where a spine through these body centres, from head to foot, may have others: in gaps of twice its steps or more, and one step beyond either end.
///
/// The coarse network overlooks a vertebra now and then, the small ones at the top of the chest first. The fine one, asked in the right place, does not.
func placesBesides(_ centres: [Point<Patient>]) -> [Point<Patient>] {
    guard let first = centres.first, let last = centres.last else { return [] }
    let steps = zip(centres, centres.dropFirst()).map { $1 - $0 }
    // What is usual where this step lies: its neighbours, or else the spine of a grown person.
    func usual(at n: Int) -> Double {
        let beside = [n - 1, n + 1].filter(steps.indices.contains).map { steps[$0].length }
        return beside.isEmpty ? usualStep : beside.reduce(0, +) / Double(beside.count)
    }
    let between = steps.indices.flatMap { n in
        let count = steps[n].length > 1.6 * usual(at: n) ? min(4, Int((steps[n].length / usual(at: n)).rounded())) : 1
        return (1..<max(count, 1)).map { centres[n] + (Double($0) / Double(count)) * steps[n] }
    }
    // Beyond an end the last step leads on, unless it is a gap itself.
    func onward(_ n: Int, _ fallback: Vector<Patient>) -> Vector<Patient> {
        guard steps.indices.contains(n) else { return fallback }
        return steps[n].length > 1.6 * usual(at: n) || steps[n].length > longestStep ? (usual(at: n) / steps[n].length) * steps[n] : steps[n]
    }
    let down = Vector<Patient>(0, 0, -usualStep)
    return [first - onward(0, down)] + between + [last + onward(steps.count - 1, down)]
}

/// From body centre to body centre, mm: in a lumbar spine, and at the most.
private let (usualStep, longestStep) = (36.0, 48.0)
