import Anatomy
import Frames

/// The bodies with their levels, from head to foot, and the chain that they come from.
///
/// Bodies that the view cuts have no sure centre, so they take no part in the search for names; at the ends of the chain they get the names that
/// follow. Where no body is whole all of them are searched.
///
/// - Returns: the chain's places are those of the bodies that took part.
/// - Throws: `NamingError`.
func named(
    _ bodies: [SettledBody], evidence: NamingEvidence, anchors: [LevelAnchor], parameters: NamingParameters
) throws -> (chain: NamedChain, bodies: [(level: VertebraLevel, body: SettledBody)]) {
    let whole = bodies.filter(\.isWhole)
    let searched = whole.isEmpty ? bodies : whole
    let chain = try nameVertebrae(
        searched.map { body in
            VertebraDetection(
                bodyCentre: body.centre, score: body.score, ribLikelihood: body.isWhole ? body.ribLikelihood : nil,
                levelLogLikelihood: body.isWhole ? likelyLevels(ofVolume: body.volume) : nil)
        }, evidence: evidence, anchors: anchors, parameters: parameters)
    var found = zip(chain.levels, searched).compactMap { level, body in level.map { (level: $0, body: body) } }
    guard !whole.isEmpty, found.count > 0 else { return (chain, found) }
    let cut = bodies.filter { !$0.isWhole }
    if let above = cut.first(where: { isNext($0, to: found[0].body, beside: found.dropFirst().first?.body, sign: 1) }),
        let level = neighbour(of: found[0].level, by: -1)
    {
        found.insert((level, above), at: 0)
    }
    let last = found.count - 1
    if let below = cut.first(where: { isNext($0, to: found[last].body, beside: last > 0 ? found[last - 1].body : nil, sign: -1) }),
        let level = neighbour(of: found[last].level, by: 1)
    {
        found.append((level, below))
    }
    return (chain, found)
}

/// Whether a body lies about one step above (`sign` 1) or below (-1) another, whose own step to its other neighbour is known or is not.
private func isNext(_ body: SettledBody, to end: SettledBody, beside: SettledBody?, sign: Double) -> Bool {
    let usual = beside.map { $0.centre.distance(to: end.centre) } ?? 28
    let step = body.centre.distance(to: end.centre)
    return sign * (body.centre.z - end.centre.z) > 0 && step > 0.4 * usual && step < 1.4 * usual
}

/// The level above or below in most people; nil beyond C1 and for the sacrum.
private func neighbour(of level: VertebraLevel, by step: Int) -> VertebraLevel? {
    let usual = VertebraLevel.craniocaudal.filter { $0 != .t13 && $0 != .l6 && $0 != .s1 }
    guard let place = usual.firstIndex(of: level == .t13 ? .t12 : level), usual.indices.contains(place + step) else { return nil }
    return usual[place + step]
}

/// Which levels a vertebra of this volume, mm³, may well be; nil for a small one, which may be any.
///
/// Volumes of the development cases: T1 to T8 13,000 to 28,000, T12 35,000 to 50,000, lumbar 38,000 to 66,000; necks are smaller than all of them.
private func likelyLevels(ofVolume volume: Double) -> [VertebraLevel: Double]? {
    guard volume > 22_000 else { return nil }
    let least: VertebraLevel = volume > 45_000 ? .t9 : .t1
    return Dictionary(uniqueKeysWithValues: VertebraLevel.craniocaudal.map { ($0, $0 < least ? -4 : 0) })
}
