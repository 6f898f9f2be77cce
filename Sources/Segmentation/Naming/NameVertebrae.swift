import Anatomy
import Foundation
import Frames

/// Names the vertebrae found in one CT: which detection is which level, which are none, and how sure that is.
///
/// 1. For each anatomy (`SpinalAnatomy`) dynamic programming finds the best chain of consecutive levels through each level of one detection that is
///    surely a vertebra (`ChainTable`): detections may be dropped and vertebrae may be missing, at a price. Six sizes of people are tried.
/// 2. Each of these namings gets a log likelihood ratio: the anatomy's prior, the price of what is missing, the evidence at each vertebra and at the
///    ends, and how well the chain's shape fits its levels (`shapeLikelihood`, with what levels of one person have in common).
/// 3. Namings of the same detections by the same levels are summed over the anatomies; the most probable one is returned, with the others.
///
/// Before any evidence every shift is as likely as another.
///
/// - Parameters:
///   - detections: in any order, LPS mm. One scan, one spine, the head towards +z.
///   - evidence: what else the scan shows.
///   - anchors: levels that a person named. Each applies to the body whose centre is nearest in z, which must be within half a vertebra.
/// - Throws: `NamingError`.
/// - Complexity: O(detections · levels · 25 · 14) and a factorisation of 7 x 7 for each naming; 30 detections take a few milliseconds.
/// - Accuracy: Tools/Evaluation/naming.py.
public func nameVertebrae(
    _ detections: [VertebraDetection], evidence: NamingEvidence = .init(), anchors: [LevelAnchor] = [],
    parameters: NamingParameters = .init()
) throws -> NamedChain {
    try check(detections, evidence)
    let order = headToFoot(detections.map(\.bodyCentre))
    let sorted = order.map { detections[$0] }
    let anchored = try settle(anchors, on: sorted)
    let naming = SpineNaming(sorted, evidence: evidence, anchored: anchored, parameters: parameters)
    let candidates = naming.candidates()
    guard !candidates.isEmpty else { throw NamingError.anchorsContradict(anchors) }
    return chain(of: candidates, naming: naming, order: order)
}

private func check(_ detections: [VertebraDetection], _ evidence: NamingEvidence) throws {
    guard !detections.isEmpty else { throw NamingError.noDetections }
    func isFinite(_ point: Point<Patient>?) -> Bool { point.map { $0.xyz.x.isFinite && $0.xyz.y.isFinite && $0.xyz.z.isFinite } ?? true }
    for (index, detection) in detections.enumerated() {
        guard isFinite(detection.bodyCentre), isFinite(detection.leftPedicle), isFinite(detection.rightPedicle) else {
            throw NamingError.badDetection(index: index, what: "a coordinate is not a finite number")
        }
        guard (0...1).contains(detection.score), (0...1).contains(detection.ribLikelihood ?? 0) else {
            throw NamingError.badDetection(index: index, what: "score and rib likelihood must lie between 0 and 1")
        }
        guard detection.levelLogLikelihood?.values.allSatisfy(\.isFinite) ?? true else {
            throw NamingError.badDetection(index: index, what: "a level's log likelihood is not a finite number")
        }
    }
    guard isFinite(evidence.sacrum?.centre), (0...1).contains(evidence.sacrum?.confidence ?? 0) else {
        throw NamingError.badEvidence(what: "the sacrum's centre must be finite and its confidence between 0 and 1")
    }
}

/// Which detection each anchor means.
///
/// - Throws: `NamingError.noBodyAtAnchor`, `.anchorsContradict`.
private func settle(_ anchors: [LevelAnchor], on sorted: [VertebraDetection]) throws -> [Int: VertebraLevel] {
    var settled: [Int: VertebraLevel] = [:]
    for anchor in anchors {
        guard anchor.zLPS.isFinite else { throw NamingError.noBodyAtAnchor(anchor, nearest: nil) }
        func distance(_ i: Int) -> Double { abs(sorted[i].bodyCentre.z - anchor.zLPS) }
        let nearest = sorted.indices.min { (distance($0), -sorted[$0].score, $0) < (distance($1), -sorted[$1].score, $1) }!
        let step = SpineStatistics.builtIn.feature(.step, at: anchor.level, next: nil).map { exp($0.mean) } ?? 30
        guard distance(nearest) <= step / 2 else { throw NamingError.noBodyAtAnchor(anchor, nearest: distance(nearest)) }
        guard settled[nearest] ?? anchor.level == anchor.level else { throw NamingError.anchorsContradict(anchors) }
        settled[nearest] = anchor.level
    }
    return settled
}

private func chain(of candidates: [NamingCandidate], naming: SpineNaming, order: [Int]) -> NamedChain {
    let total = logSum(candidates.map(\.score))
    // Namings by the same names are one, whatever the anatomy out of view.
    var byLevels: [[VertebraLevel?]: Double] = [:]
    for candidate in candidates { byLevels[candidate.levels, default: 0] += exp(candidate.score - total) }
    let ranked = byLevels.sorted { a, b in a.value != b.value ? a.value > b.value : isBefore(a.key, b.key) }
    let (levels, probability) = (ranked[0].key, ranked[0].value)
    func shift(_ other: [VertebraLevel?]) -> Int { middleShift(from: levels, to: other) }

    var input = [VertebraLevel?](repeating: nil, count: order.count)
    var places = [NamedChain.Place](repeating: .dropped(.doesNotFit), count: order.count)
    for (i, index) in order.enumerated() {
        input[index] = levels[i]
        places[index] = levels[i].map { .level($0) } ?? .dropped(naming.reasonToDrop(i, levels: levels))
    }
    let alternatives = ranked.dropFirst().filter { $0.value > 1e-4 }.map { other in
        var inOrder = [VertebraLevel?](repeating: nil, count: order.count)
        for (i, index) in order.enumerated() { inOrder[index] = other.key[i] }
        return NamedChain.Alternative(levels: inOrder, shift: shift(other.key), probability: other.value)
    }
    var shifts: [Int: Double] = [:]
    for other in ranked { shifts[shift(other.key), default: 0] += other.value }
    var anatomies: [SpinalAnatomy: Double] = [:]
    var shown: [SpinalAnatomy: Double] = [:]
    for candidate in candidates {
        anatomies[candidate.anatomy, default: 0] += exp(candidate.score - total)
        if let unusual = candidate.shows { shown[unusual, default: 0] += exp(candidate.score - total) }
    }
    let chosen = candidates.filter { $0.levels == levels }.max { $0.score < $1.score }!
    let anchors = naming.anchors(in: levels)
    let isDecided = anchors.contains(.user) || (!anchors.isEmpty && probability >= naming.parameters.decisiveProbability)
    return NamedChain(
        places: places, probability: probability, alternatives: Array(alternatives), shiftProbabilities: shifts,
        anatomy: chosen.shows ?? .usual,
        anatomyProbabilities: anatomies, anchors: anchors, levelEstimated: !isDecided,
        warnings: warnings(
            chosen: chosen, probability: probability, runnerUp: ranked.dropFirst().first?.value, shown: shown, anchors: anchors,
            isDecided: isDecided, parameters: naming.parameters))
}

private func isBefore(_ a: [VertebraLevel?], _ b: [VertebraLevel?]) -> Bool {
    a.lexicographicallyPrecedes(b) { ($0?.craniocaudalIndex ?? -1) < ($1?.craniocaudalIndex ?? -1) }
}

/// The shift of the middle detection that both keep; T13 counts as T12.
private func middleShift(from levels: [VertebraLevel?], to other: [VertebraLevel?]) -> Int {
    let both = levels.indices.filter { levels[$0] != nil && other[$0] != nil }
    guard !both.isEmpty else { return 0 }
    func number(_ level: VertebraLevel) -> Int { level.craniocaudalIndex - (level >= .t13 ? 1 : 0) }
    let middle = both[both.count / 2]
    return number(other[middle]!) - number(levels[middle]!)
}

private func warnings(
    chosen: NamingCandidate, probability: Double, runnerUp: Double?, shown: [SpinalAnatomy: Double], anchors: Set<NamedChain.Anchor>,
    isDecided: Bool, parameters: NamingParameters
) -> [LabelWarning] {
    let named = chosen.levels.compactMap(\.self)
    var warnings: [LabelWarning] = []
    if !isDecided {
        let why =
            anchors.isEmpty
            ? "no sacrum, skull or last rib settles it" : "the next best naming has \((runnerUp ?? 0).percent)"
        warnings.append(
            LabelWarning(
                .levelEstimated, levels: named,
                "the levels \(span(named)) are estimated from shapes and distances with \(probability.percent); \(why): check the count, and name one "
                    + "level if it is wrong"))
    }
    for (upper, missing, lower) in chosen.gaps {
        warnings.append(
            LabelWarning(
                .missingLevel, levels: missing,
                "\(missing) between \(upper) and \(lower) \(missing.count == 1 ? "was" : "were") not found"))
    }
    for anatomy in SpinalAnatomy.allCases where chosen.shows == anatomy || shown[anatomy, default: 0] >= parameters.anatomyWarning {
        warnings.append(
            LabelWarning(
                .transitionalAnatomy, levels: named,
                "the spine may have \(anatomy.description): \(shown[anatomy, default: 0].percent); count the levels from the neck or agree on their "
                    + "names before surgery"))
    }
    return warnings
}

private func span(_ levels: [VertebraLevel]) -> LevelText {
    levels.count == 1 ? "\(levels[0])" : "\(levels[0])-\(levels[levels.count - 1])"
}
