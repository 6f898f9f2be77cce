import Foundation
import Frames
import Testing

@testable import Meshes

/// A ball's distances in node units on a grid of 48 nodes an axis, off the grid's centre, times `slope`.
private func ball(radius: Double, slope: Double = 1) -> [Float] {
    var values: [Float] = []
    for k in 0..<48 {
        for j in 0..<48 {
            for i in 0..<48 { values.append(Float(slope * ((SIMD3(Double(i), Double(j), Double(k)) - 23.3).length - radius))) }
        }
    }
    return values
}

private let size = SIMD3(48, 48, 48)

private func volume(radius: Double) -> Double { 4 / 3 * Double.pi * radius * radius * radius }

@Suite struct EnclosedVolumeTests {
    /// The level found for a volume is its radius', but for what planes cut off a curved surface: less the larger the ball is.
    @Test(arguments: [8.0, 12, 17])
    func levelOfABallsVolume(radius: Double) {
        let level = volumeKeepingLevel(ball(radius: radius), size: size, spacing: 1, volume: volume(radius: radius + 0.3))
        #expect(Double(level) < 0.3 && Double(level) > 0.3 - 0.2 / radius)
    }
}

@Suite struct RedistancingTests {
    /// A field whose slope is not 1 gets true distances. Chords draw the trilinear surface in by up to 0.02 nodes at this radius.
    @Test(arguments: [0.5, 1.7])
    func distancesBecomeTrue(slope: Double) {
        let (truth, found) = (ball(radius: 12), redistanced(ball(radius: 12, slope: slope), size: size, accurateWithin: 10))
        let worst = truth.indices.filter { abs(truth[$0]) < 8 }.map { abs(truth[$0] - found[$0]) }.max()!
        #expect(worst < 0.05)
    }
}

@Suite struct CurvatureCompensationTests {
    /// A ball's mesh loses volume to its chords: 2 % at a radius of four nodes. Compensated it keeps 0.3 %.
    @Test(arguments: [4.0, 8, 16])
    func meshedBallKeepsItsVolume(radius: Double) {
        func lost(_ field: [Float]) -> Double {
            1 - marchingTetrahedra(withoutGrazing(field, spacing: 1), on: PlainGrid(size: size)).volume / volume(radius: radius)
        }
        let field = ball(radius: radius)
        #expect(abs(lost(curvatureCompensated(field, size: size))) < 0.003)
        #expect(lost(field) > 0.3 / (radius * radius), "the test needs a loss")
    }
}
