import Foundation
import Testing

@testable import Tracking

struct GradientFilterTests {
    private func slopes(_ image: [Float], _ width: Int, _ height: Int, sigma: Double = 1) -> (u: [Float], v: [Float]) {
        let all = image.withUnsafeBufferPointer {
            GradientFilter(sigma: sigma).slopes(of: $0.baseAddress!, planes: 1, width: width, height: height)
        }
        return (Array(all[..<image.count]), Array(all[image.count...]))
    }

    @Test func aRampHasItsSlope() {
        let (width, height) = (20, 16)
        let image = (0..<(width * height)).map { Float($0 % width) * 0.5 - Float($0 / width) * 0.25 }
        let (u, v) = slopes(image, width, height)
        for row in 4..<12 {
            for column in 4..<16 {
                #expect(abs(u[row * width + column] - 0.5) < 1e-5)
                #expect(abs(v[row * width + column] + 0.25) < 1e-5)
            }
        }
    }

    @Test func planesAreFilteredApart() {
        let (width, height) = (12, 10)
        var images = [Float](repeating: 0, count: 2 * width * height)
        images[width * height + 5 * width + 6] = 1
        let all = images.withUnsafeBufferPointer {
            GradientFilter(sigma: 1).slopes(of: $0.baseAddress!, planes: 2, width: width, height: height)
        }
        #expect(all[..<(2 * width * height)].allSatisfy { $0 == 0 })
        // Left of a bright place the image rises along u, above it along v.
        #expect(all[2 * width * height + 5 * width + 5] > 0.01 && all[2 * width * height + 5 * width + 7] < -0.01)
        #expect(all[3 * width * height + 4 * width + 6] > 0.01 && all[3 * width * height + 6 * width + 6] < -0.01)
    }

    @Test func noiseGainIsTheVarianceOfFilteredNoise() {
        // The impulse response's sum of squares.
        let (width, height) = (21, 21)
        var image = [Float](repeating: 0, count: width * height)
        image[10 * width + 10] = 1
        let (u, _) = slopes(image, width, height, sigma: 1.3)
        let expected = u.reduce(0) { $0 + $1 * $1 }
        #expect(abs(GradientFilter(sigma: 1.3).noiseGain - expected) < 1e-6)
    }
}
