import Anatomy
import Foundation
import Frames

/// The terms of a chain's log likelihood ratio that belong to one detection, one step or one end, for one anatomy. `p` and `q` are places in
/// `levels`; detections run from head to foot.
struct ChainCosts {
    let detections: [VertebraDetection]
    let levels: [VertebraLevel]
    let statistics: SpineStatistics
    let parameters: NamingParameters
    let evidence: NamingEvidence
    /// What a person named: index of the detection to its level.
    let anchored: [Int: VertebraLevel]
    /// The deviation of each detection from the curve through its neighbours, mm.
    let offCurve: [Double]
    /// The way from each body to the view's border along the spine, mm: towards the head and towards the feet; 0 without a view.
    let room: [(up: Double, down: Double)]

    /// The most vertebrae that may be missing between two found ones, and the most detections dropped between them.
    static let mostMissing = 4
    static let mostDropped = 4

    private let keepScores: [Double]
    /// By q * levels.count + p: log of the usual distance between the two places, mm, and its spread.
    private let steps: [(mean: Double, spread: Double)]

    init(
        _ detections: [VertebraDetection], anatomy: SpinalAnatomy, evidence: NamingEvidence, anchored: [Int: VertebraLevel],
        offCurve: [Double], room: [(up: Double, down: Double)], statistics: SpineStatistics, parameters: NamingParameters
    ) {
        self.detections = detections
        levels = anatomy.levels
        self.statistics = statistics
        self.parameters = parameters
        self.evidence = evidence
        self.anchored = anchored
        self.offCurve = offCurve
        self.room = room
        steps = Self.usualSteps(levels, statistics)
        // A finder that gives no pedicles at all does not look for them.
        let looksForPedicles = detections.contains(where: \.hasPedicle)
        keepScores = detections.indices.flatMap { i in
            // Pedicles lie above the body's centre: the image's edge may have cut off those of the uppermost one.
            let tells = looksForPedicles && (i > 0 || detections[i].hasPedicle)
            return anatomy.levels.map { level in
                keepScore(detections[i], level, offCurve: offCurve[i], anchor: anchored[i], parameters: parameters)
                    + (tells ? statistics.pedicles(found: detections[i].hasPedicle, at: level) : 0)
            }
        }
    }

    private static func usualSteps(_ levels: [VertebraLevel], _ statistics: SpineStatistics) -> [(mean: Double, spread: Double)] {
        var steps = [(mean: Double, spread: Double)](repeating: (0, 1), count: levels.count * levels.count)
        for q in levels.indices {
            var length = 0.0
            for p in levels.indices.dropFirst(q + 1) {
                guard let step = statistics.feature(.step, at: levels[p - 1], next: levels[p]) else { break }
                length += exp(step.mean)
                // Steps vary together and apart in equal parts, about: a sum of n varies by this much less.
                let count = Double(p - q)
                steps[q * levels.count + p] = (log(length), step.spread * (0.5 + 0.5 / count).squareRoot())
            }
        }
        return steps
    }

    /// Whether the detection is a vertebra at all, and the evidence for this level. Independent of the person's size.
    func keep(_ i: Int, at p: Int) -> Double { keepScores[i * levels.count + p] }

    /// What a chain from detection j at q to detection i at p costs for its length and its missing vertebrae. `logSize` is the person's.
    func step(logLength: Double, from q: Int, to p: Int, logSize: Double) -> Double {
        gap(missing: p - q - 1) + lengthRatio(logLength, q, p, logSize) / statistics.temperature
            + grossness(logLength: logLength, from: q, to: p, logSize: logSize)
    }

    func gap(missing: Int) -> Double { missing == 0 ? 0 : Double(missing) * log(parameters.missedRate) }

    /// Beyond three standard deviations a step counts in full: it is what shows a missing or a false vertebra.
    func grossness(logLength: Double, from q: Int, to p: Int, logSize: Double) -> Double {
        let usual = steps[q * levels.count + p]
        let excess = max(0, abs(logLength - usual.mean - logSize) / usual.spread - 3)
        return -0.5 * min(excess, 10) * min(excess, 10)
    }

    func lengthRatio(_ logLength: Double, _ q: Int, _ p: Int, _ logSize: Double) -> Double {
        let (usual, general) = (steps[q * levels.count + p], statistics.background(.step))
        let z = clamped((logLength - usual.mean - logSize) / usual.spread, 3.5)
        // A gap's length is compared with as many steps of no particular level.
        let unlike = clamped((logLength - general.mean - log(Double(p - q))) / general.sd, 3.5)
        return 0.5 * (unlike * unlike - z * z) + log(general.sd / usual.spread)
    }

    /// The pedicles' distance alone, as a ratio: a stand-in for `shapeLikelihood` during the search.
    func width(_ i: Int, at p: Int, logSize: Double) -> Double {
        guard let left = detections[i].leftPedicle, let right = detections[i].rightPedicle,
            let feature = statistics.feature(.width, at: levels[p], next: nil)
        else { return 0 }
        let (value, general) = (log(max((left - right).length, 5)), statistics.background(.width))
        let z = clamped((value - feature.mean - logSize) / feature.spread, 3.5)
        let unlike = clamped((value - general.mean) / general.sd, 3.5)
        return (0.5 * (unlike * unlike - z * z) + log(general.sd / feature.spread)) / statistics.temperature
    }

    /// What it costs that detection i at p is the first: vertebrae above it that the view shows and nobody found.
    func start(_ i: Int, at p: Int, logSize: Double) -> Double {
        if anchored.keys.contains(where: { $0 < i }) { return -.infinity }
        let cranial = (0..<p).reversed()
        // C1 is in view with the skull, and whatever lies between.
        let seen = evidence.skullSeen ? p : seenSteps(cranial.map { ($0, $0 + 1) }, room: room[i].up, logSize: logSize)
        return Double(min(seen, 6)) * log(parameters.missedRate)
    }

    /// What it costs that detection i at p is the last: the same below it, and where the sacrum lies.
    func end(_ i: Int, at p: Int, logSize: Double) -> Double {
        if anchored.keys.contains(where: { $0 > i }) { return -.infinity }
        let below = (p + 1..<levels.count).filter { levels[$0] != .s1 && levels[$0 - 1] != .s1 }
        let seen = seenSteps(below.map { ($0 - 1, $0) }, room: room[i].down, logSize: logSize)
        return Double(min(seen, 6)) * log(parameters.missedRate) + sacrum(i, at: p, logSize: logSize)
    }

    /// How many vertebrae fit between a body and the view's border, the last with half a vertebra to spare.
    private func seenSteps(_ pairs: [(Int, Int)], room: Double, logSize: Double) -> Int {
        var (seen, length) = (0, 0.0)
        for (q, p) in pairs {
            let step = exp(steps[q * levels.count + p].mean + logSize)
            length += step
            guard length + 0.75 * step < room else { break }
            seen += 1
        }
        return seen
    }

    /// How well the way from the last vertebra to the sacrum fits the vertebrae that are still to come: a mixture of a true and a false sacrum.
    private func sacrum(_ i: Int, at p: Int, logSize: Double) -> Double {
        guard let sacrum = evidence.sacrum, let s1 = levels.firstIndex(of: .s1) else { return 0 }
        let trust = min(1 - parameters.guessError, max(0, sacrum.confidence))
        let body = detections[i].bodyCentre
        let fit: Double
        if p == s1 {
            fit = exp(-0.5 * pow(body.distance(to: sacrum.centre) / 10, 2)) * 6
        } else if sacrum.centre.z > body.z {
            fit = 0
        } else {
            let usual = steps[p * levels.count + s1]
            // Where the sacrum was found is less exact than a body's centre. The density is over one of no particular level.
            let z = (logStep(body, sacrum.centre) - usual.mean - logSize) / 0.2
            let missing = Double(s1 - p - 1)
            // Missing vertebrae above a seen sacrum are missing in the middle.
            fit = exp(-0.5 * z * z + missing * log(parameters.missedRate)) * 4
        }
        return log(trust * fit + 1 - trust)
    }
}

private func keepScore(
    _ detection: VertebraDetection, _ level: VertebraLevel, offCurve: Double, anchor: VertebraLevel?, parameters: NamingParameters
) -> Double {
    if let anchor { return anchor == level ? 0 : -.infinity }
    let score = min(1 - parameters.scoreFloor, max(parameters.scoreFloor, detection.score))
    let excess = min(6, max(0, offCurve - parameters.curveAllowance) / parameters.curveSpread)
    var sum = log(score / (1 - score)) - 0.5 * excess * excess
    if level == .s1 { sum += log(parameters.sacrumAsBody) }
    if let rib = detection.ribLikelihood {
        let trusted = min(1 - parameters.guessError, max(parameters.guessError, rib))
        sum += log(2 * (level.region == .thoracic ? trusted : 1 - trusted))
    }
    return sum + guess(detection, level, error: parameters.guessError)
}

/// The finder's guess as a log likelihood ratio: the levels' likelihoods in proportion to their mean, wrong altogether with chance `error`.
private func guess(_ detection: VertebraDetection, _ level: VertebraLevel, error: Double) -> Double {
    guard let guesses = detection.levelLogLikelihood, let least = guesses.values.min() else { return 0 }
    let all = VertebraLevel.craniocaudal.map { guesses[$0] ?? least }
    let mean = logSum(all) - log(Double(all.count))
    return log((1 - error) * exp((guesses[level] ?? least) - mean) + error)
}

extension VertebraDetection {
    fileprivate var hasPedicle: Bool { leftPedicle != nil || rightPedicle != nil }
}
