import Foundation

extension RandomStream {
    /// How many events are counted where `mean` are expected: a Poisson draw, exact for every mean.
    ///
    /// Below a mean of 10 uniform numbers are multiplied until their product falls below e^-mean (Knuth); from 10 on by transformed rejection with a squeeze,
    /// which takes 1.1 to 1.5 trials whatever the mean.
    ///
    /// - Parameter mean: finite; nothing is counted where it is not positive.
    /// - Source: Hörmann 1993, Insurance: Mathematics and Economics 12, algorithm PTRS.
    public mutating func poisson(_ mean: Double) -> Double {
        guard mean > 0 else { return 0 }
        return mean < 10 ? multiplied(mean) : rejected(mean)
    }

    private mutating func multiplied(_ mean: Double) -> Double {
        let limit = exp(-mean)
        var product = uniform()
        var count = 0.0
        while product > limit {
            product *= uniform()
            count += 1
        }
        return count
    }

    private mutating func rejected(_ mean: Double) -> Double {
        let b = 0.931 + 2.53 * mean.squareRoot()
        let a = -0.059 + 0.02483 * b
        let quick = 0.9277 - 3.6224 / (b - 2)
        while true {
            let u = uniform() - 0.5
            let v = uniform()
            let room = 0.5 - abs(u)
            let count = ((2 * a / room + b) * u + mean + 0.43).rounded(.down)
            if room >= 0.07, v <= quick { return count }
            guard count >= 0, room >= 0.013 || v <= room else { continue }
            let hat = log(v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (room * room) + b))
            if hat <= count * log(mean) - mean - logFactorial(count) { return count }
        }
    }
}

/// ln n! for a whole number n >= 0, to 1e-9: added up to 9, then Stirling's series.
func logFactorial(_ n: Double) -> Double {
    guard n >= 10 else { return stride(from: 2, through: n, by: 1).reduce(0) { $0 + log($1) } }
    let series = 1 / (12 * n) - 1 / (360 * n * n * n) + 1 / (1260 * n * n * n * n * n)
    return n * log(n) - n + 0.5 * log(2 * .pi * n) + series
}
