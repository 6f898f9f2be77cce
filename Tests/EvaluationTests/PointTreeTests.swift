import TestSupport
import Testing

@testable import Evaluation

@Suite struct PointTreeTests {
    /// Against the slow way: points of a grid, so with many equal coordinates and repeats, and queries among them and far away.
    @Test(arguments: UInt64(1)...20) func distancesAreThoseOfTheSlowWay(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let spacing = SIMD3(0.4, 1, 2.5)
        func point(in range: ClosedRange<Int>) -> SIMD3<Double> {
            SIMD3(
                Double(Int.random(in: range, using: &random)), Double(Int.random(in: range, using: &random)),
                Double(Int.random(in: range, using: &random))) * spacing
        }
        let points = (0..<Int.random(in: 1...400, using: &random)).map { _ in point(in: 0...12) }
        let queries = (0..<100).map { point(in: $0 % 2 == 0 ? 0...12 : -300...300) }
        let slow = queries.map { query in points.map { (($0 - query) * ($0 - query)).sum().squareRoot() }.min()! }
        #expect(PointTree(points).distances(from: queries) == slow, "seed \(seed)")
    }

    @Test func equalPointsAndNoPoints() {
        #expect(PointTree(Array(repeating: SIMD3(1, 2, 3), count: 100)).distances(from: [SIMD3(1, 2, 5)]) == [2])
        #expect(PointTree([]).distances(from: [SIMD3(1, 2, 5)]) == [.infinity])
    }
}
