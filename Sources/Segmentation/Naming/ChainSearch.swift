import Anatomy
import Foundation

/// A way to name some of the detections: kept ones from head to foot with their places in the anatomy's levels.
struct ChainPath: Equatable {
    var kept: [Int]
    var places: [Int]
    var logSize: Double
    var score: Double
}

/// The best chains of detections through an anatomy's levels, by dynamic programming over (detection, level).
///
/// A state is "detection i is kept and is at place p". From (j, q) it is reached for j before i with at most four detections dropped between, and
/// q above p with at most four vertebrae missing. `forward` holds the best chain that ends there, `backward` the best that goes on from
/// there; together they give the best chain through any state. The person's size is fixed in one table.
///
/// - Complexity: O(detections · levels · 5 · 5) time for a table.
struct ChainTable {
    let costs: ChainCosts
    let logSize: Double
    private let forward: [Double]
    private let backward: [Double]
    private let cameFrom: [Int]
    private let goesTo: [Int]
    private let count: Int

    init(costs: ChainCosts, logLengths: [[Double]], logSize: Double) {
        let n = costs.detections.count
        let count = costs.levels.count
        let blocked = costs.anchored.keys.sorted()
        var forward = [Double](repeating: -.infinity, count: n * count)
        var cameFrom = [Int](repeating: -1, count: n * count)
        var backward = forward
        var goesTo = cameFrom
        func own(_ i: Int, _ p: Int) -> Double { costs.keep(i, at: p) + costs.width(i, at: p, logSize: logSize) }
        /// A detection that a person named is never dropped.
        func canJump(_ j: Int, _ i: Int) -> Bool { !blocked.contains { j < $0 && $0 < i } }

        for i in 0..<n {
            for p in 0..<count {
                let own = own(i, p)
                guard own > -.infinity else { continue }
                var best = costs.start(i, at: p, logSize: logSize)
                var from = -1
                for j in max(0, i - 1 - ChainCosts.mostDropped)..<i where canJump(j, i) {
                    for q in max(0, p - 1 - ChainCosts.mostMissing)..<p where forward[j * count + q] > -.infinity {
                        let step = costs.step(logLength: logLengths[j][i], from: q, to: p, logSize: logSize)
                        if forward[j * count + q] + step > best { (best, from) = (forward[j * count + q] + step, j * count + q) }
                    }
                }
                forward[i * count + p] = best + own
                cameFrom[i * count + p] = from
            }
        }
        for j in (0..<n).reversed() {
            for q in 0..<count where forward[j * count + q] > -.infinity {
                var best = costs.end(j, at: q, logSize: logSize)
                var to = -1
                for i in j + 1..<max(j + 1, min(n, j + 2 + ChainCosts.mostDropped)) where canJump(j, i) {
                    for p in q + 1..<max(q + 1, min(count, q + 2 + ChainCosts.mostMissing)) where backward[i * count + p] > -.infinity {
                        let step = costs.step(logLength: logLengths[j][i], from: q, to: p, logSize: logSize)
                        let whole = backward[i * count + p] + step + own(i, p)
                        if whole > best { (best, to) = (whole, i * count + p) }
                    }
                }
                backward[j * count + q] = best
                goesTo[j * count + q] = to
            }
        }
        self.costs = costs
        self.logSize = logSize
        self.forward = forward
        self.backward = backward
        self.cameFrom = cameFrom
        self.goesTo = goesTo
        self.count = count
    }

    /// A person's size is about the mean; the prior is flat beyond three standard deviations.
    var sizePrior: Double {
        let z = min(3, abs(logSize) / costs.parameters.sizeSpread)
        return -0.5 * z * z
    }

    /// The best chain's score through detection i at place p.
    func score(_ i: Int, _ p: Int) -> Double { forward[i * count + p] + backward[i * count + p] + sizePrior }

    var best: (i: Int, p: Int, score: Double)? {
        var found: (i: Int, p: Int, score: Double)?
        for i in costs.detections.indices {
            for p in 0..<count where score(i, p) > (found?.score ?? -.infinity) { found = (i, p, score(i, p)) }
        }
        return found
    }

    /// The best chain through detection i at place p.
    func path(through i: Int, _ p: Int) -> ChainPath {
        var states: [Int] = []
        var state = cameFrom[i * count + p]
        while state >= 0 {
            states.append(state)
            state = cameFrom[state]
        }
        states.reverse()
        state = i * count + p
        while state >= 0 {
            states.append(state)
            state = goesTo[state]
        }
        return ChainPath(kept: states.map { $0 / count }, places: states.map { $0 % count }, logSize: logSize, score: score(i, p))
    }
}
