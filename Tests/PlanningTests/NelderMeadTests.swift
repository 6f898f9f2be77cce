import Testing

@testable import Planning

@Suite struct NelderMeadTests {
    /// Rosenbrock's valley has its minimum 0 at (1, 1); 1e-3 is the simplex's own stopping size.
    @Test func findsTheEndOfRosenbrocksValley() {
        let best = minimise(from: [-1.2, 1], step: [0.5, 0.5], tolerance: 1e-5, maximumEvaluations: 2000) { x in
            let a = 1 - x[0]
            let b = x[1] - x[0] * x[0]
            return a * a + 100 * b * b
        }
        #expect(abs(best.x[0] - 1) < 1e-3 && abs(best.x[1] - 1) < 1e-3)
    }

    @Test func stopsAtTheLimit() {
        var calls = 0
        _ = minimise(from: [5, 5, 5, 5], step: [1, 1, 1, 1], tolerance: 0, maximumEvaluations: 50) { x in
            calls += 1
            return x.reduce(0) { $0 + $1 * $1 }
        }
        #expect(calls <= 60)  // one more round may need a few calls
    }
}
