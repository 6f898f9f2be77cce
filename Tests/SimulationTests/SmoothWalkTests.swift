import Foundation
import RandomNumbers
import Testing

@testable import Simulation

@Suite struct SmoothWalkTests {
    @Test func itsLengthHasTheGivenRMSOverSeeds() {
        let lengths = (0..<400).map { seed -> Double in
            var random = RandomStream(seed: UInt64(seed))
            let value = SmoothWalk(rms: 1.5, memory: 1, random: &random).value(at: 0.3)
            return (value * value).sum()
        }
        // The mean square of 400 walks has a standard error of 4 %.
        let rms: Double = (lengths.reduce(0, +) / 400).squareRoot()
        #expect(abs(rms - 1.5) < 0.15)
    }

    @Test func itForgetsWithinItsMemory() {
        var (near, far, square) = (0.0, 0.0, 0.0)
        for seed in 0..<400 {
            var random = RandomStream(seed: UInt64(seed))
            let walk = SmoothWalk(rms: 1, memory: 1, random: &random)
            let start = walk.value(at: 0)
            near += (start * walk.value(at: 1)).sum()
            far += (start * walk.value(at: 4)).sum()
            square += (start * start).sum()
        }
        // exp(-1/2) after one memory, nothing after four; standard errors of 4 %.
        let (soon, later): (Double, Double) = (near / square - exp(-0.5), far / square)
        #expect(abs(soon) < 0.15 && abs(later) < 0.15)
    }

    @Test func noLengthIsNoMotion() {
        var random = RandomStream(seed: 5)
        #expect(SmoothWalk(rms: 0, memory: 1, random: &random).value(at: 2) == .zero)
    }
}
