import Foundation
import Testing

@testable import Volumes

@Suite struct GaussianBlurTests {
    @Test func aPointBecomesAGaussianOfTheGivenWidth() {
        let size = SIMD3(61, 51, 1)
        var values = [Float](repeating: 0, count: size.x * size.y)
        values[25 * size.x + 30] = 1
        blur(&values, size: size, spacing: SIMD3(0.5, 1, 1), sigma: 2)
        var (sum, u, v) = (0.0, 0.0, 0.0)
        for (n, value) in values.enumerated() {
            let (x, y) = (0.5 * Double(n % size.x - 30), Double(n / size.x - 25))
            sum += Double(value)
            u += Double(value) * x * x
            v += Double(value) * y * y
        }
        // Cut at three deviations, a Gaussian's variance is 2.7 % smaller.
        #expect(abs(sum - 1) < 1e-4)
        #expect(abs(u - 4) < 0.15 && abs(v - 4) < 0.15)
    }

    @Test func whatIsTheSameEverywhereStaysToTheEdge() {
        let size = SIMD3(9, 7, 5)
        var values = [Float](repeating: 3, count: 315)
        blur(&values, size: size, spacing: SIMD3(1, 1, 1), sigma: 4)
        #expect(values.allSatisfy { abs($0 - 3) < 1e-5 })
    }

    @Test func noWidthChangesNothing() {
        var values: [Float] = [1, 5, 2, 8]
        blur(&values, size: SIMD3(4, 1, 1), spacing: SIMD3(1, 1, 1), sigma: 0)
        #expect(values == [1, 5, 2, 8])
    }

    @Test(arguments: 0..<3) func aKernelRunsAlongItsAxisAlone(_ axis: Int) {
        var size = SIMD3(1, 1, 1)
        size[axis] = 4
        var values: [Float] = [1, 0, 0, 4]
        convolve(&values, size: size, axis: axis, kernel: [0.25, 0.5, 0.25])
        #expect(values == [0.75, 0.25, 1, 3])
    }
}
