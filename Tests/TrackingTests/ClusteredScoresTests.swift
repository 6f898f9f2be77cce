import Frames
import TestSupport
import Testing

@testable import Tracking

struct ClusteredScoresTests {
    private func comparison(seed: UInt64) throws -> Comparison {
        var random = SeededGenerator(seed: seed)
        let camera = try TestViews.fromTheFront()
        let truth = [upright(at: Point(0, 10, 14)), upright(at: Point(4, 0, -14))]
        let vertebrae = [try blobVertebra(.t12), try blobVertebra(.l1)]
        let seen = frame(Array(zip(vertebrae, truth)), in: camera).counted(photons: 2000, by: &random)
        return try Comparison(seen, Array(zip(vertebrae, truth)))
    }

    /// Each square's pull, summed place by place over the whole raster, times itself.
    @Test(arguments: [1, 5, 7])
    func eachSquareIsOneObservation(side: Int) throws {
        let comparison = try comparison(seed: 3)
        let fit = comparison.fit
        let parts = try comparison.rendered.map { try #require($0) }
        let jacobian = parts.flatMap { part in (0..<6).map { spread(part, parameter: $0, over: fit.raster) } }
        var pulls: [SIMD2<Int>: [Double]] = [:]
        for v in 0..<fit.raster.size.y {
            for u in 0..<fit.raster.size.x {
                let n = v * fit.raster.size.x + u
                for p in 0..<12 {
                    let pull =
                        jacobian[p][n] * fit.weighed[n] + jacobian[p][n + fit.raster.count] * fit.weighed[n + fit.raster.count]
                    pulls[SIMD2(u / side, v / side), default: [Double](repeating: 0, count: 12)][p] += Double(fit.gain * pull)
                }
            }
        }
        let scores = clusteredScores(fit, comparison.rendered, nil, side: side)
        for i in 0..<12 {
            for j in 0..<12 {
                let sum = pulls.values.reduce(0) { $0 + $1[i] * $1[j] }
                let scale = (scores[i, i] * scores[j, j]).squareRoot()
                #expect(scale > 0 && abs(scores[i, j] - sum) < 1e-3 * scale, "\(i), \(j): \(scores[i, j]) \(sum)")
            }
        }
    }

    /// The squares' pulls add up to the whole's: one square for all is the gradient times itself.
    @Test func oneSquareForAllIsTheGradientSquared() throws {
        let comparison = try comparison(seed: 4)
        let scores = clusteredScores(comparison.fit, comparison.rendered, nil, side: 1000)
        let gradient = NormalEquations(comparison.fit, comparison.rendered).gradient
        for i in 0..<12 {
            for j in 0..<12 {
                let scale = (scores[i, i] * scores[j, j]).squareRoot()
                #expect(abs(scores[i, j] - gradient[i] * gradient[j]) < 0.02 * scale + 1e-6, "\(i), \(j)")
            }
        }
    }

    /// Smoothing makes neighbours vary together: squares wider than the filter find more variance than places taken one by one, about twice to ten times.
    @Test func neighboursThatVaryTogetherCountForLess() throws {
        let comparison = try comparison(seed: 5)
        func total(_ side: Int) -> Double {
            let scores = clusteredScores(comparison.fit, comparison.rendered, nil, side: side)
            let information = NormalEquations(comparison.fit, comparison.rendered).information
            return (0..<12).reduce(0) { $0 + scores[$1, $1] / information[$1, $1] } / 12
        }
        #expect(total(8) > 2 * total(1), "\(total(8)), \(total(1))")
    }
}
