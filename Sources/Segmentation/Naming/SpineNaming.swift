import Anatomy
import Foundation
import Frames

/// One way to name the detections, with its log likelihood ratio.
struct NamingCandidate {
    var anatomy: SpinalAnatomy
    /// For each detection from head to foot, nil for dropped.
    var levels: [VertebraLevel?]
    var score: Double
    /// Levels that were passed over between two kept ones.
    var gaps: [(upper: VertebraLevel, missing: [VertebraLevel], lower: VertebraLevel)]
    /// The unusual anatomy that the names show.
    var shows: SpinalAnatomy?
}

/// The detections of one scan from head to foot, and what every naming of them needs.
struct SpineNaming {
    let detections: [VertebraDetection]
    let evidence: NamingEvidence
    let anchored: [Int: VertebraLevel]
    let parameters: NamingParameters
    let statistics = SpineStatistics.builtIn
    private let offCurve: [Double]
    private let room: [(up: Double, down: Double)]

    /// Sizes of people that are tried, log of the ratio to the mean adult: 0.6 to 1.3, in steps that a step's own spread covers.
    private static let logSizes = [-0.5, -0.3, -0.12, 0, 0.12, 0.25]
    /// How many of them are tried in the unusual anatomies: the best for the usual one.
    private static let sizesOfUnusual = 2
    /// Namings whose search score is this far below the best are impossible: e^-40.
    private static let negligible = 40.0

    init(
        _ detections: [VertebraDetection], evidence: NamingEvidence, anchored: [Int: VertebraLevel], parameters: NamingParameters
    ) {
        self.detections = detections
        self.evidence = evidence
        self.anchored = anchored
        self.parameters = parameters
        let bodies = detections.map(\.bodyCentre)
        offCurve = detections.indices.map { distanceOffCurve($0, detections) }
        room = bodies.map { body in evidence.view.map { roomInside($0, from: body) } ?? (0, 0) }
    }

    /// All namings worth weighing.
    func candidates() -> [NamingCandidate] {
        let bodies = detections.map(\.bodyCentre)
        let logLengths = bodies.map { a in bodies.map { b in logStep(a, b) } }
        func tables(_ anatomy: SpinalAnatomy, _ sizes: [Double]) -> [ChainTable] {
            let costs = ChainCosts(
                detections, anatomy: anatomy, evidence: evidence, anchored: anchored, offCurve: offCurve, room: room,
                statistics: statistics,
                parameters: parameters)
            return sizes.map { ChainTable(costs: costs, logLengths: logLengths, logSize: $0) }
        }
        let usual = tables(.usual, Self.logSizes)
        // An anchor on T13 or L6 leaves no usual naming, and so no order of sizes either.
        let ranked = usual.sorted { ($0.best?.score ?? -.infinity, $0.logSize) > ($1.best?.score ?? -.infinity, $1.logSize) }
        let sizes = ranked[0].best == nil ? Self.logSizes : ranked.prefix(Self.sizesOfUnusual).map(\.logSize)
        let all = SpinalAnatomy.allCases.map { (anatomy: $0, tables: $0 == .usual ? usual : tables($0, sizes)) }
        let bests = all.flatMap(\.tables).compactMap { table in table.best.map { (table: table, best: $0) } }
        guard let top = bests.max(by: { $0.best.score < $1.best.score }) else { return [] }
        let kept = top.table.path(through: top.best.i, top.best.p).kept
        // A detection that the best chain keeps; the middle one is the surest. A named one is in every chain.
        let middle = anchored.keys.min() ?? kept[kept.count / 2]
        return all.flatMap { anatomy, tables in
            tables[0].costs.levels.indices.compactMap { p in
                let best = tables.max { $0.score(middle, p) < $1.score(middle, p) }!
                guard best.score(middle, p) > top.best.score - Self.negligible else { return nil }
                return candidate(best.path(through: middle, p), anatomy: anatomy, costs: best.costs)
            }
        }
    }

    private func candidate(_ path: ChainPath, anatomy: SpinalAnatomy, costs: ChainCosts) -> NamingCandidate {
        let levels = path.places.map { costs.levels[$0] }
        let next = path.places.map { $0 + 1 < costs.levels.count ? costs.levels[$0 + 1] : nil }
        let (first, last) = (path.kept[0], path.kept[path.kept.count - 1])
        var score = log(max(parameters.prior(of: anatomy), 1e-9))
        score += costs.start(first, at: path.places[0], logSize: path.logSize)
        score += costs.end(last, at: path.places[path.places.count - 1], logSize: path.logSize)
        for (i, p) in zip(path.kept, path.places) { score += costs.keep(i, at: p) }
        var gaps: [(upper: VertebraLevel, missing: [VertebraLevel], lower: VertebraLevel)] = []
        var gapsAfter: Set<Int> = []
        var touching: [(VertebraLevel, VertebraLevel)] = []
        for k in path.kept.indices.dropLast() {
            let (q, p) = (path.places[k], path.places[k + 1])
            let logLength = logStep(detections[path.kept[k]].bodyCentre, detections[path.kept[k + 1]].bodyCentre)
            score += costs.gap(missing: p - q - 1) + costs.grossness(logLength: logLength, from: q, to: p, logSize: path.logSize)
            if p == q + 1 {
                touching.append((levels[k], levels[k + 1]))
            } else {
                gapsAfter.insert(k)
                gaps.append((levels[k], Array(costs.levels[q + 1..<p]), levels[k + 1]))
                score += costs.lengthRatio(logLength, q, p, path.logSize) / statistics.temperature
            }
        }
        let features = ChainFeatures(path.kept.map { detections[$0] }, gapsAfter: gapsAfter)
        let shape = shapeLikelihood(features, levels: levels, next: next, statistics: statistics, parameters: parameters)
        var names = [VertebraLevel?](repeating: nil, count: detections.count)
        for (i, level) in zip(path.kept, levels) { names[i] = level }
        return NamingCandidate(
            anatomy: anatomy, levels: names, score: score + shape / statistics.temperature, gaps: gaps,
            shows: unusualAnatomy(of: levels, steps: touching))
    }

    func reasonToDrop(_ i: Int, levels: [VertebraLevel?]) -> NamedChain.DropReason {
        let kept = levels.indices.filter { levels[$0] != nil }
        let nearest = kept.min { distance(i, $0) < distance(i, $1) }
        let step = nearest.flatMap { statistics.feature(.step, at: levels[$0]!, next: nil) }.map { exp($0.mean) } ?? 30
        if let nearest, distance(i, nearest) < step / 2 { return .duplicate }
        if offCurve[i] > parameters.curveAllowance { return .offTheSpine }
        return detections[i].score < 0.5 ? .lowScore : .doesNotFit
    }

    private func distance(_ i: Int, _ j: Int) -> Double { detections[i].bodyCentre.distance(to: detections[j].bodyCentre) }

    /// What in the scan tells the number, besides shapes and distances.
    func anchors(in levels: [VertebraLevel?]) -> Set<NamedChain.Anchor> {
        var found: Set<NamedChain.Anchor> = []
        if !anchored.isEmpty { found.insert(.user) }
        if let sacrum = evidence.sacrum, sacrum.confidence >= 0.5 { found.insert(.sacrum) }
        if evidence.skullSeen { found.insert(.skull) }
        let kept = levels.indices.filter { levels[$0] != nil }
        let neighbours = zip(kept, kept.dropFirst())
        // A stump of a rib, or bone that may be one, settles nothing.
        let hasRib = { (i: Int) in self.detections[i].ribLikelihood.flatMap { $0 >= 0.9 ? true : $0 <= 0.1 ? false : nil } }
        // Ribs that end where the names do not say so, such as bone of the pelvis beside L5, speak against the names.
        let isBorne = { (i: Int) in hasRib(i) == (levels[i]!.region == .thoracic) }
        if neighbours.contains(where: { hasRib($0) != hasRib($1) && isBorne($0) && isBorne($1) }) { found.insert(.ribs) }
        let region = { (i: Int) in
            self.detections[i].levelLogLikelihood.flatMap { guesses in
                guesses.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key.region
            }
        }
        if neighbours.contains(where: { region($0) != nil && region($1) != nil && region($0) != region($1) }) { found.insert(.guesses) }
        return found
    }
}

/// How far a body lies from the spine's curve, mm; 0 with fewer than three neighbours within 70 mm in z.
///
/// Every two neighbours draw a line, which weighs as much as both are sure. Of the distances to these lines the lower quartile by weight counts: a
/// vertebra lies on the lines of the true ones, also at the end of the chain and where most lines are bent by a false one, and what lies beside the
/// spine is on hardly any.
private func distanceOffCurve(_ i: Int, _ detections: [VertebraDetection]) -> Double {
    let here = detections[i].bodyCentre
    let near = detections.indices.filter { $0 != i && abs(detections[$0].bodyCentre.z - here.z) <= 70 }
    guard near.count >= 3 else { return 0 }
    var lines: [(distance: Double, weight: Double)] = []
    for (k, j) in near.enumerated() {
        let a = detections[j].bodyCentre
        // Bodies at nearly one height are duplicates or false, and say nothing of a slope.
        for other in near.dropFirst(k + 1) where abs(a.z - detections[other].bodyCentre.z) > 8 {
            let b = detections[other].bodyCentre
            let onLine = a + (here.z - a.z) / (b.z - a.z) * (b - a)
            lines.append((here.distance(to: onLine), max(detections[j].score * detections[other].score, 1e-6)))
        }
    }
    lines.sort { ($0.distance, $0.weight) < ($1.distance, $1.weight) }
    var left = lines.reduce(0) { $0 + $1.weight } / 4
    for line in lines {
        left -= line.weight
        if left <= 0 { return line.distance }
    }
    return 0
}

/// The way from a body to the view's upper and lower border, mm: straight up and down, 0 when it lies outside.
private func roomInside(_ view: PatientExtent, from body: Point<Patient>) -> (up: Double, down: Double) {
    (max(0, view.upper.z - body.z), max(0, body.z - view.lower.z))
}
