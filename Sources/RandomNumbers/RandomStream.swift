import Foundation

/// Random numbers that come from a seed alone (SplitMix64, Steele et al. 2014): the same on every machine, never the system's.
///
/// What is drawn for one thing (a vertebra, a frame) comes from a stream of its own, so that it does not depend on what else was asked for.
public struct RandomStream: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64, stream: UInt64 = 0) {
        state = seed
        // Two scrambling steps part the streams of neighbouring seeds.
        state = next() ^ (stream &* 0xD1B5_4A32_D192_ED03)
        state = next()
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A uniform number in [0, 1).
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A uniform number in [-1, 1).
    public mutating func signed() -> Double { Double(Int64(bitPattern: next()) >> 11) * 0x1p-52 }

    /// A normal draw of mean 0 and standard deviation 1 (Marsaglia's polar method).
    public mutating func standardNormal() -> Double {
        while true {
            let x = signed()
            let y = signed()
            let s = x * x + y * y
            if s > 0, s < 1 { return x * (-2 * log(s) / s).squareRoot() }
        }
    }

    /// Three normal draws of mean 0 and standard deviation 1.
    public mutating func normalVector() -> SIMD3<Double> { SIMD3(standardNormal(), standardNormal(), standardNormal()) }

    /// A direction in space, all equally likely: of length 1.
    public mutating func direction() -> SIMD3<Double> {
        while true {
            let vector = normalVector()
            let length = (vector * vector).sum().squareRoot()
            // All but never is it too short to have a direction.
            if length > 1e-6 { return vector / length }
        }
    }
}
