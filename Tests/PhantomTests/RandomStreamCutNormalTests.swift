import RandomNumbers
import Testing

@testable import Phantom

@Suite struct RandomStreamCutNormalTests {
    @Test func noDrawLiesFarFromTheMean() {
        var random = RandomStream(seed: 4)
        let draws = (0..<5000).map { _ in random.normal(10, 2) }
        #expect(draws.allSatisfy { abs($0 - 10) <= 3 } && draws.min()! < 7.1 && draws.max()! > 12.9)
        let mean: Double = draws.reduce(0, +) / 5000
        #expect(abs(mean - 10) < 0.1)
    }
}
