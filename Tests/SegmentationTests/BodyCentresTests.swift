import Foundation
import Frames
import TestSupport
import Testing

@testable import Segmentation

@Suite struct BodyCentresTests {
    /// A point becomes a Gaussian along every axis, whatever the order of the axes.
    @Test func aPointIsSpreadEvenly() {
        let size = SIMD3(21, 23, 25)
        var values = [Float](repeating: 0, count: 21 * 23 * 25)
        values[(12 * 23 + 11) * 21 + 10] = 1000
        let smooth = smoothed(values, size: size, sigma: 1.5)
        func at(_ i: Int, _ j: Int, _ k: Int) -> Float { smooth[(k * 23 + j) * 21 + i] }
        // All of it stays: the border is three and a half standard deviations away or more. Single precision.
        #expect(abs(smooth.reduce(0, +) - 1000) < 0.01)
        for n in 1...4 {
            let expected = at(10, 11, 12) * Float(exp(-0.5 * Double(n * n) / 2.25))
            for value in [
                at(10 + n, 11, 12), at(10 - n, 11, 12), at(10, 11 + n, 12), at(10, 11 - n, 12), at(10, 11, 12 + n), at(10, 11, 12 - n),
            ] {
                #expect(abs(value - expected) < 1e-3)
            }
        }
    }

    /// Against the plain sum over all voxels; 1e-4 of values up to 1: single precision. Seeds 1 to 3.
    @Test(arguments: 1...3) func agreesWithThePlainSum(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let (size, sigma) = (SIMD3(7, 5, 6), 1.0)
        let values = (0..<210).map { _ in random.double(0...1) < 0.3 ? Float(random.double(0...1)) : 0 }
        let smooth = smoothed(values, size: size, sigma: sigma)
        let total = (-3...3).map { exp(-0.5 * Double($0 * $0)) }.reduce(0, +)
        func weight(_ n: Int) -> Double { abs(n) > 3 ? 0 : exp(-0.5 * Double(n * n)) / total }
        for at in values.indices {
            let (i, j, k) = (at % 7, at / 7 % 5, at / 35)
            let expected = values.indices.reduce(0.0) { sum, other in
                sum + Double(values[other]) * weight(i - other % 7) * weight(j - other / 7 % 5) * weight(k - other / 35)
            }
            #expect(abs(Double(smooth[at]) - expected) < 1e-4)
        }
    }

    @Test func linesStartOnceEach() {
        let size = SIMD3(3, 4, 5)
        for (axis, step) in [1, 3, 12].enumerated() {
            let all = lineStarts(of: size, axis: axis).flatMap { start in (0..<size[axis]).map { start + $0 * step } }
            #expect(all.sorted() == Array(0..<60))
        }
    }
}
