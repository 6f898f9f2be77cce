import Foundation
import RandomNumbers

/// A random motion in three directions that forgets slowly where it was: a stationary Gaussian process, as a sum of waves.
///
/// Its correlation over a time t is exp(-t² / (2 memory²)). A single walk may be longer or shorter than its RMS says: that holds over all seeds.
struct SmoothWalk {
    private static let waves = 24
    private var amplitude: Double
    /// Of each direction's waves: radians a second, and radians.
    private var terms: [[(frequency: Double, phase: Double)]]

    /// - Parameters:
    ///   - rms: of the walk's length, in any unit.
    ///   - memory: seconds.
    init(rms: Double, memory: Double, random: inout RandomStream) {
        amplitude = rms / 3.0.squareRoot() * (2 / Double(Self.waves)).squareRoot()
        terms = []
        for _ in 0..<3 {
            terms.append((0..<Self.waves).map { _ in (random.standardNormal() / memory, random.signed() * .pi) })
        }
    }

    func value(at time: Double) -> SIMD3<Double> {
        let sums = terms.map { $0.reduce(0.0) { $0 + cos($1.frequency * time + $1.phase) } }
        return amplitude * SIMD3(sums[0], sums[1], sums[2])
    }
}
