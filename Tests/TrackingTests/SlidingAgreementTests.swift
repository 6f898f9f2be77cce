import Foundation
import Frames
import TestSupport
import Testing

@testable import Tracking

struct SlidingAgreementTests {
    private let filter = GradientFilter(sigma: 1)

    /// A frame of 23 x 19 places whose line integrals are those of `image` at the places shifted by `shift`.
    private func measured(_ image: (Int, Int) -> Float, shift: SIMD2<Int>, factor: Int = 4) throws -> MeasuredSlopes {
        let camera = try TestViews.fromTheFront(size: SIMD2(23 * factor, 19 * factor), spacing: 1)
        var transmission = [Float](repeating: 1, count: camera.size.x * camera.size.y)
        for v in 0..<camera.size.y {
            for u in 0..<camera.size.x {
                transmission[v * camera.size.x + u] = exp(-image(u / factor - shift.x, v / factor - shift.y))
            }
        }
        return MeasuredSlopes(XRayFrame(view: "AP", camera: camera, transmission: transmission), blocksOf: factor, filter: filter)
    }

    /// Some blobs, not symmetric in anything.
    private func blobs(_ u: Int, _ v: Int) -> Float {
        let centres: [(Float, Float, Float)] = [(9, 8, 1), (14, 11, 0.6), (6, 13, 0.8), (-4, 3, 0.7), (27, 16, 0.9)]
        return centres.reduce(0) { $0 + $1.2 * exp(-(pow(Float(u) - $1.0, 2) + pow(Float(v) - $1.1, 2)) / 6) }
    }

    private func drawn(_ sliding: SlidingAgreement, _ image: (Int, Int) -> Float) -> [Float] {
        let size = sliding.drawnRaster.size
        return (0..<size.y).flatMap { v in (0..<size.x).map { image($0 - sliding.border.x, v - sliding.border.y) } }
    }

    @Test(arguments: [SIMD2(0, 0), SIMD2(5, -3), SIMD2(-6, 4)])
    func theShiftIsFound(shift: SIMD2<Int>) throws {
        let sliding = SlidingAgreement(try measured(blobs, shift: shift), reach: SIMD2(8, 7), filter: filter)
        let best = sliding.best(drawn(sliding, blobs))
        #expect(best.shift == shift)
        #expect(best.agreement > 0.999 && best.agreement < 1.001)
    }

    /// The same by the definition, in double precision.
    @Test func theAgreementIsACorrelationOfSlopes() throws {
        var random = SeededGenerator(seed: 5)
        let noise = (0..<4000).map { _ in Float(random.double(0...0.3)) }
        let seen = try measured({ blobs($0, $1) + noise[(($0 + 60) * 61 + $1 + 60) % 4000] }, shift: SIMD2())
        let sliding = SlidingAgreement(seen, reach: SIMD2(), filter: filter)
        let best = sliding.best(drawn(sliding, blobs))
        let slopes = filter.slopes(of: drawn(sliding, blobs), sliding.drawnRaster)
        let usual = seen.noise.sorted()[seen.noise.count / 2]
        let wide = sliding.drawnRaster
        var (cross, one, other) = (0.0, 0.0, 0.0)
        for v in 0..<seen.raster.size.y {
            for u in 0..<seen.raster.size.x {
                let n = v * seen.raster.size.x + u
                let m = (v + sliding.border.y) * wide.size.x + u + sliding.border.x
                let weight = Double(seen.valid[n] * usual / (usual + seen.noise[n]))
                for (a, b) in [(n, m), (seen.raster.count + n, wide.count + m)] {
                    cross += weight * Double(seen.slopes[a] * slopes[b])
                    one += weight * Double(seen.slopes[a] * seen.slopes[a])
                    other += weight * Double(slopes[b] * slopes[b])
                }
            }
        }
        #expect(abs(best.agreement - cross / (one * other).squareRoot()) < 1e-4)
        #expect(best.agreement < 0.98)
    }

    @Test func anOppositeImageDoesNotAgree() throws {
        let sliding = SlidingAgreement(try measured(blobs, shift: SIMD2()), reach: SIMD2(), filter: filter)
        #expect(sliding.best(drawn(sliding) { -blobs($0, $1) }).agreement == 0)
    }

    /// A view of nothing says nothing, and does not spoil the others' mean.
    @Test func aFlatViewAgreesWithNothing() throws {
        let sliding = SlidingAgreement(try measured({ _, _ in 1 }, shift: SIMD2()), reach: SIMD2(), filter: filter)
        #expect(sliding.best(drawn(sliding, blobs)).agreement == 0)
    }
}
