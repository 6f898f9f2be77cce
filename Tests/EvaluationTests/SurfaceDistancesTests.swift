import Testing

@testable import Evaluation

@Suite struct SurfaceDistancesTests {
    /// Three points against one: 0, 1 and 4 one way, 0 the other.
    @Test func bothWaysArePooled() throws {
        let line = [SIMD3(0.0, 0, 0), SIMD3(1, 0, 0), SIMD3(4, 0, 0)]
        let distances = try #require(SurfaceDistances(line, [SIMD3(0, 0, 0)]))
        #expect(distances.average == 5.0 / 4)
        // Place 0.95 x 3 = 2.85 of 0, 0, 1, 4.
        #expect(abs(distances.hausdorff95 - (1 + 0.85 * 3)) < 1e-12)
        #expect(SurfaceDistances(line, []) == nil && SurfaceDistances([], line) == nil)
    }

    @Test(arguments: [(0.0, 1.0), (50, 2.5), (100, 4), (95, 3.85)]) func percentiles(_ percent: Double, _ expected: Double) {
        #expect(abs(percentile(percent, ofSorted: [1, 2, 3, 4]) - expected) < 1e-12)
        #expect(percentile(percent, ofSorted: [7]) == 7)
    }
}
