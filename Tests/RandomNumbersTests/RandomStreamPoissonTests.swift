import Foundation
import Testing

@testable import RandomNumbers

@Suite struct RandomStreamPoissonTests {
    @Test(arguments: [0.02, 0.7, 4, 9.99, 10, 12.5, 80, 200, 3000, 40_000])
    func meanAndVarianceAreTheMean(_ mean: Double) {
        var random = RandomStream(seed: 11)
        let count = 40_000.0
        let draws = (0..<Int(count)).map { _ in random.poisson(mean) }
        let average = draws.reduce(0, +) / count
        let variance = draws.reduce(0) { $0 + ($1 - average) * ($1 - average) } / count
        #expect(draws.allSatisfy { $0 >= 0 && $0 == $0.rounded() })
        // Five standard errors; the fourth central moment of a Poisson variable is mean (1 + 3 mean).
        let bounds: (Double, Double) = (5 * (mean / count).squareRoot(), 5 * ((mean + 2 * mean * mean) / count).squareRoot())
        #expect(abs(average - mean) < bounds.0)
        #expect(abs(variance - mean) < bounds.1)
    }

    /// Chi-square against the probabilities on paper, on both sides of where the method changes.
    @Test(arguments: [3.0, 12.0, 60.0]) func everyCountIsAsLikelyAsItShouldBe(_ mean: Double) {
        var random = RandomStream(seed: 12)
        let total = 100_000.0
        var seen: [Double: Double] = [:]
        for _ in 0..<Int(total) { seen[random.poisson(mean), default: 0] += 1 }
        var (square, classes) = (0.0, 0.0)
        for n in stride(from: 0.0, through: 4 * mean + 20, by: 1) {
            let expected = total * exp(n * log(mean) - mean - lgamma(n + 1))
            guard expected >= 10 else { continue }
            square += pow(seen[n, default: 0] - expected, 2) / expected
            classes += 1
        }
        // Chi-square has the classes for its mean and twice that for its variance.
        let most: Double = classes + 5 * (2 * classes).squareRoot()
        #expect(square < most, "chi-square \(square) of \(classes) classes")
    }

    @Test func whereNothingIsExpectedNothingIsCounted() {
        var random = RandomStream(seed: 13)
        #expect(random.poisson(0) == 0 && random.poisson(-1) == 0)
    }

    @Test func factorialsAreThoseOfTheGammaFunction() {
        for n in [0.0, 1, 2, 9, 10, 11, 50, 1000, 100_000] {
            let right: Double = lgamma(n + 1)
            #expect(abs(logFactorial(n) - right) < 1e-9 * max(1, right))
        }
    }
}
