import Testing

@testable import RandomNumbers

// Seeds stand at each stream. Bounds are five standard errors of the mean of so many draws.
@Suite struct RandomStreamTests {
    @Test func theSameSeedAndStreamGiveTheSameNumbers() {
        func first(_ seed: UInt64, _ stream: UInt64) -> [UInt64] {
            var random = RandomStream(seed: seed, stream: stream)
            return (0..<8).map { _ in random.next() }
        }
        #expect(first(7, 3) == first(7, 3))
        #expect(Set([first(7, 3), first(8, 3), first(7, 4), first(3, 7)]).count == 4)
    }

    @Test func uniformNumbersFillTheirRanges() {
        var random = RandomStream(seed: 1)
        let unit = (0..<20_000).map { _ in random.uniform() }
        let signed = (0..<20_000).map { _ in random.signed() }
        #expect(unit.allSatisfy { $0 >= 0 && $0 < 1 } && unit.min()! < 0.001 && unit.max()! > 0.999)
        #expect(signed.allSatisfy { $0 >= -1 && $0 < 1 } && signed.min()! < -0.999 && signed.max()! > 0.999)
        let mean: Double = unit.reduce(0, +) / 20_000
        #expect(abs(mean - 0.5) < 0.0102)
    }

    @Test func normalNumbersHaveTheMomentsOfTheNormalDistribution() {
        var random = RandomStream(seed: 2)
        let draws = (0..<40_000).map { _ in random.standardNormal() }
        func moment(_ n: Int) -> Double { draws.reduce(0) { sum, z in sum + (0..<n).reduce(1) { p, _ in p * z } } / 40_000 }
        // Standard errors: sqrt of 1, 2, 15 and 96 over the count.
        #expect(abs(moment(1)) < 0.025)
        #expect(abs(moment(2) - 1) < 0.035)
        #expect(abs(moment(3)) < 0.097)
        #expect(abs(moment(4) - 3) < 0.245)
    }

    @Test func directionsAreOfLengthOneAndPointNowhereMore() {
        var random = RandomStream(seed: 3)
        let draws = (0..<10_000).map { _ in random.direction() }
        #expect(draws.allSatisfy { abs(($0 * $0).sum() - 1) < 1e-12 })
        let mean = draws.reduce(SIMD3<Double>(), +) / 10_000
        let square = draws.reduce(SIMD3<Double>()) { $0 + $1 * $1 } / 10_000
        for axis in 0..<3 {
            let (first, second): (Double, Double) = (mean[axis], square[axis] - 1 / 3)
            // A direction's component has a variance of 1/3, its square one of 4/45.
            #expect(abs(first) < 0.029)
            #expect(abs(second) < 0.0149)
        }
    }
}
