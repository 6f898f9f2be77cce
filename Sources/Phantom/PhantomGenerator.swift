import Foundation

/// The phantom's own random numbers (SplitMix64, Steele et al. 2014): the same on every machine, never the system's.
///
/// Each vertebra draws from a stream of its own, so that T12 of seed 7 is the same bone whatever other levels are asked for.
struct PhantomGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64, stream: UInt64 = 0) {
        state = seed
        // Two scrambling steps part the streams of neighbouring seeds.
        state = next() ^ (stream &* 0xD1B5_4A32_D192_ED03)
        state = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A uniform number in [-1, 1).
    mutating func signed() -> Double { Double(Int64(bitPattern: next()) >> 11) * 0x1p-52 }

    /// A normal draw, cut at 1.5 standard deviations so that no seed makes a monster.
    mutating func normal(_ mean: Double, _ sd: Double) -> Double {
        while true {
            // Marsaglia's polar method.
            let x = signed()
            let y = signed()
            let s = x * x + y * y
            guard s > 0, s < 1 else { continue }
            let z = x * (-2 * log(s) / s).squareRoot()
            if abs(z) <= 1.5 { return mean + sd * z }
        }
    }
}
