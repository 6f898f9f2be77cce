import Anatomy
import Foundation

/// How much better a chain's features fit the levels it is given than no level in particular: a log likelihood ratio.
///
/// log N(x; mean, W Wᵀ + D) - sum of log N(x; background), where x are the features that can be measured and W (loadings) and D (noise) the
/// rows of `SpineStatistics` for the chain's levels. Two sizes of people are mixed: adults as in the data, and anyone, for which W gets one more
/// column that is `unusualSizeSpread` for the logarithms of lengths. Deviations are held within 3.5 standard deviations, so that one bad point does
/// not decide.
///
/// - Parameter next: for each vertebra of the chain the level below it in this person, also where it was not found.
/// - Complexity: O(n K²) for n features and K factors.
func shapeLikelihood(
    _ features: ChainFeatures, levels: [VertebraLevel], next: [VertebraLevel?], statistics: SpineStatistics, parameters: NamingParameters
) -> Double {
    var adult = GaussianWithFactors(factors: statistics.factors)
    var anyone = GaussianWithFactors(factors: statistics.factors + 1)
    var background = 0.0
    for (i, row) in features.rows.enumerated() {
        for kind in SpineFeature.allCases where row[kind.index].isFinite {
            guard let feature = statistics.feature(kind, at: levels[i], next: next[i]) else { continue }
            let general = statistics.background(kind)
            let unlike = clamped((row[kind.index] - general.mean) / general.sd, 3.5)
            background -= 0.5 * unlike * unlike + log(general.sd)
            let residual = row[kind.index] - feature.mean
            let size = kind.isLogLength ? parameters.unusualSizeSpread : 0
            adult.add(residual, feature.loadings, feature.variance, reach: 3.5 * feature.spread)
            let spread = (feature.spread * feature.spread + size * size).squareRoot()
            anyone.add(residual, feature.loadings + [size], feature.variance, reach: 3.5 * spread)
        }
    }
    let rare = parameters.unusualSizeRate
    return logSum([log(1 - rare) + adult.logDensity(), log(rare) + anyone.logDensity()]) - background
}

/// A normal density with covariance W Wᵀ + D, from its values one by one, without the constant (2π)^(-n/2).
///
/// By Woodbury and the matrix determinant lemma only the small matrix I + Wᵀ D⁻¹ W is ever factored (Cholesky).
private struct GaussianWithFactors {
    private let factors: Int
    private var inner: [Double]
    private var projected: [Double]
    private var squares = 0.0
    private var logVariances = 0.0

    init(factors: Int) {
        self.factors = factors
        inner = [Double](repeating: 0, count: factors * factors)
        for k in 0..<factors { inner[k * factors + k] = 1 }
        projected = [Double](repeating: 0, count: factors)
    }

    mutating func add(_ residual: Double, _ loadings: [Double], _ variance: Double, reach: Double) {
        let value = min(reach, max(-reach, residual))
        squares += value * value / variance
        logVariances += log(variance)
        for a in 0..<factors {
            projected[a] += loadings[a] * value / variance
            for b in 0...a { inner[a * factors + b] += loadings[a] * loadings[b] / variance }
        }
    }

    func logDensity() -> Double {
        var l = inner
        var solved = projected
        var (logDeterminant, explained) = (0.0, 0.0)
        for a in 0..<factors {
            for b in 0...a {
                var sum = l[a * factors + b]
                for k in 0..<b { sum -= l[a * factors + k] * l[b * factors + k] }
                // The matrix is at least the identity, so its pivots are at least 1.
                l[a * factors + b] = a == b ? sum.squareRoot() : sum / l[b * factors + b]
            }
            for k in 0..<a { solved[a] -= l[a * factors + k] * solved[k] }
            solved[a] /= l[a * factors + a]
            explained += solved[a] * solved[a]
            logDeterminant += 2 * log(l[a * factors + a])
        }
        return -0.5 * (squares - explained + logVariances + logDeterminant)
    }
}

func clamped(_ value: Double, _ limit: Double) -> Double { min(limit, max(-limit, value)) }

/// log Σ exp, -infinity for none.
func logSum(_ values: [Double]) -> Double {
    guard let greatest = values.max(), greatest > -.infinity else { return -.infinity }
    return greatest + log(values.reduce(0) { $0 + exp($1 - greatest) })
}
