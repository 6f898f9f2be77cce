import Frames

/// These bodies of a spine, and those besides that the fine network finds in its gaps and beyond its ends.
///
/// The coarse network overlooks a vertebra now and then, the small ones at the top of the chest first. The fine one, asked in the right place, does not.
///
/// - Parameters:
///   - seen: from head to foot. Fewer than three do not tell where others should be.
///   - look: what the fine network finds at such places, `known` being all bodies so far.
/// - Returns: from head to foot.
func withOverlooked(
    _ seen: [SettledBody], look: (_ places: [Point<Patient>], _ known: [Point<Patient>]) throws -> [SettledBody]
) rethrows -> [SettledBody] {
    guard seen.count >= 3 else { return seen }
    var (settled, asked) = (seen, [Point<Patient>]())
    for _ in 0..<mostRounds {
        let known = settled.map(\.centre)
        let places = placesBesides(known).filter { place in !asked.contains { $0.distance(to: place) < leastDistanceOfBodies } }
        if places.isEmpty { break }
        asked += places
        for body in try look(places, known) where fits(body, among: settled) { settled.append(body) }
        settled.sort { $0.centre.z > $1.centre.z }
    }
    return settled
}

/// In each round gaps are filled, and the spine goes on by one vertebra at either end.
private let mostRounds = 8

/// Whether a body is whole, another one than those known, and about as large as the two nearest of them.
private func fits(_ body: SettledBody, among known: [SettledBody]) -> Bool {
    let near = known.sorted { $0.centre.distance(to: body.centre) < $1.centre.distance(to: body.centre) }
    let usual = (near[0].volume + near[1].volume) / 2
    return body.isWhole && near[0].centre.distance(to: body.centre) >= leastDistanceOfBodies
        && (0.5...1.8).contains(body.volume / usual)
}

/// Where a spine through these body centres, two or more from head to foot, may have others: in gaps, and one step beyond either end.
func placesBesides(_ centres: [Point<Patient>]) -> [Point<Patient>] {
    let steps = zip(centres, centres.dropFirst()).map { $1 - $0 }
    // The least of those around, for a gap may lie beside a gap. Where a low vertebra misleads, nothing will be found.
    func usual(at n: Int) -> Double {
        steps[max(0, n - 2)...min(steps.count - 1, n + 2)].map(\.length).min()!
    }
    let between = steps.indices.flatMap { n in
        let share = steps[n].length / usual(at: n)
        let count = share > leastGap ? max(2, Int(share.rounded())) : 1
        return (1..<count).map { centres[n] + (Double($0) / Double(count)) * steps[n] }
    }
    func onward(_ n: Int) -> Vector<Patient> {
        let (length, usual) = (steps[n].length, usual(at: n))
        return length > leastGap * usual ? (usual / length) * steps[n] : steps[n]
    }
    return [centres[0] - onward(0)] + between + [centres[centres.count - 1] + onward(steps.count - 1)]
}

/// Of the usual step. Below this the next vertebra is a high one, or its disc is.
private let leastGap = 1.6
