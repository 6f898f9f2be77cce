// Names many cases at once, for Tools/Evaluation/naming.py: naming-evaluation CASES.json RESULTS.json
import Anatomy
import Foundation
import Frames
import Segmentation

struct Case: Decodable {
    struct Body: Decodable {
        /// LPS mm.
        var centre: [Double]
        var score: Double
        var rib: Double?
        /// Log likelihood by level name.
        var levels: [String: Double]?
    }
    struct Sacrum: Decodable {
        var centre: [Double]
        var confidence: Double
    }
    var id: String
    var bodies: [Body]
    /// Pedicles of either side, in no order.
    var left: [[Double]]
    var right: [[Double]]
    var sacrum: Sacrum?
    var skull: Bool?
}

struct Outcome: Encodable {
    var id: String
    /// In the order of the case's bodies, null for dropped.
    var levels: [String?]
    var probability: Double
    var margin: Double
    var estimated: Bool
    var anchors: [String]
    var shifts: [String: Double]
    var warnings: [String]
    var milliseconds: Double
    var error: String?
}

func point(_ xyz: [Double]) -> Point<Patient> { Point(xyz[0], xyz[1], xyz[2]) }

func name(_ one: Case) -> Outcome {
    let start = ContinuousClock.now
    let bodies = one.bodies.map { point($0.centre) }
    let (left, right) = (one.left.map(point), one.right.map(point))
    let leftOf = pairPedicles(bodies: bodies, candidates: left, side: .left)
    let rightOf = pairPedicles(bodies: bodies, candidates: right, side: .right)
    let detections = bodies.indices.map { i in
        let body = one.bodies[i]
        let guesses = body.levels.map { named in
            Dictionary(uniqueKeysWithValues: named.compactMap { name, value in VertebraLevel(name: name).map { ($0, value) } })
        }
        return VertebraDetection(
            bodyCentre: bodies[i], leftPedicle: leftOf[i].map { left[$0] }, rightPedicle: rightOf[i].map { right[$0] }, score: body.score,
            ribLikelihood: body.rib, levelLogLikelihood: guesses)
    }
    let sacrum = one.sacrum.map { NamingEvidence.Sacrum(centre: point($0.centre), confidence: $0.confidence) }
    do {
        let chain = try nameVertebrae(detections, evidence: NamingEvidence(sacrum: sacrum, skullSeen: one.skull ?? false))
        let elapsed = ContinuousClock.now - start
        return Outcome(
            id: one.id, levels: chain.levels.map { $0?.name }, probability: chain.probability, margin: chain.margin,
            estimated: chain.levelEstimated, anchors: chain.anchors.map(\.rawValue).sorted(),
            shifts: Dictionary(uniqueKeysWithValues: chain.shiftProbabilities.map { (String($0.key), $0.value) }),
            warnings: chain.warnings.map(\.code.rawValue), milliseconds: elapsed / .milliseconds(1))
    } catch {
        return Outcome(
            id: one.id, levels: bodies.map { _ in nil }, probability: 0, margin: 0, estimated: true, anchors: [], shifts: [:], warnings: [],
            milliseconds: 0, error: "\(error)")
    }
}

guard CommandLine.arguments.count == 3 else {
    FileHandle.standardError.write(Data("usage: naming-evaluation CASES.json RESULTS.json\n".utf8))
    exit(2)
}
let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1])))
let encoder = JSONEncoder()
encoder.outputFormatting = [.sortedKeys]
try encoder.encode(cases.map(name)).write(to: URL(fileURLWithPath: CommandLine.arguments[2]))
