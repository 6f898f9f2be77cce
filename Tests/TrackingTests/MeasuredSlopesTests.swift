import Foundation
import TestSupport
import Testing

@testable import Tracking

struct MeasuredSlopesTests {
    private let filter = GradientFilter(sigma: 1)

    @Test func countsAreAveragedBeforeTheLogarithm() throws {
        let camera = try TestViews.fromTheFront(size: SIMD2(40, 40))
        // Checkers of 0.1 and 0.3: their mean is 0.2, the mean of their logarithms is not that of 0.2.
        let pixels = (0..<1600).map { ($0 % 40 + $0 / 40) % 2 == 0 ? Float(0.1) : 0.3 }
        let measured = MeasuredSlopes(XRayFrame(view: "AP", camera: camera, transmission: pixels), blocksOf: 2, filter: filter)
        #expect(measured.raster.size == SIMD2(20, 20))
        #expect(measured.lineIntegrals.allSatisfy { abs($0 + log(0.2)) < 1e-5 })
    }

    @Test func nothingNearAnUnmeasuredPlaceIsValid() throws {
        let camera = try TestViews.fromTheFront(size: SIMD2(40, 40))
        var pixels = [Float](repeating: 0.5, count: 1600)
        pixels[20 * 40 + 15] = .nan
        let measured = MeasuredSlopes(XRayFrame(view: "AP", camera: camera, transmission: pixels), blocksOf: 1, filter: filter)
        for v in 0..<40 {
            for u in 0..<40 {
                let isNear = max(abs(u - 15), abs(v - 20)) <= filter.radius
                let isInside = min(u, v, 39 - u, 39 - v) >= filter.radius
                #expect((measured.valid[v * 40 + u] == 1) == (isInside && !isNear), "\(u), \(v)")
            }
        }
    }

    /// Poisson counts of 50 and 200 photons: variances of the logarithm 1/50 and 1/200, times the filter's gain.
    @Test func noiseFollowsTheCounts() throws {
        let seed: UInt64 = 5
        var random = SeededGenerator(seed: seed)
        let camera = try TestViews.fromTheFront(size: SIMD2(120, 120))
        let pixels = (0..<14400).map { n -> Float in
            let mean = n % 120 < 60 ? 50.0 : 200.0
            // Normal with the Poisson's variance.
            let (a, b) = (random.double(1e-9...1), random.double(0...1))
            return Float((mean + mean.squareRoot() * (-2 * log(a)).squareRoot() * cos(2 * .pi * b)) / 1000)
        }
        let measured = MeasuredSlopes(XRayFrame(view: "AP", camera: camera, transmission: pixels), blocksOf: 1, filter: filter)
        let expected = filter.noiseGain
        #expect(abs(measured.noise[60 * 120 + 30] / (expected / 50) - 1) < 0.25, "seed \(seed)")
        #expect(abs(measured.noise[60 * 120 + 90] / (expected / 200) - 1) < 0.25, "seed \(seed)")
    }
}
