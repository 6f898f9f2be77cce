import Foundation

/// What metal does to a view's line integrals where scatter fills shadows: -ln((1 - s) exp(-mu c) + s) for a chord c.
///
/// s is the share of scatter in what arrives beside the metal. A thick piece is as dark as the scatter lets it be, -ln s, whatever its chord.
struct MetalShadow: Equatable, Sendable {
    /// Attenuation of the metal, 1/mm, as its logarithm.
    var logAttenuation: Double
    /// ln(s / (1 - s)).
    var logitScatter: Double

    var attenuation: Double { exp(logAttenuation) }
    var scatter: Double { 1 / (1 + exp(-logitScatter)) }

    /// Titanium alloy at 65 keV: 0.62 cm²/g times 4.5 g/cm³ (NIST XCOM).
    static let titanium = 0.28

    /// - Parameter gain: a view's contrast, which scatter makes 1 - s of what it would be.
    init(gain: Double) {
        let scatter = min(0.8, max(0.1, 1 - gain))
        self.init(logAttenuation: log(Self.titanium), logitScatter: log(scatter / (1 - scatter)))
    }

    init(logAttenuation: Double, logitScatter: Double) { (self.logAttenuation, self.logitScatter) = (logAttenuation, logitScatter) }
}
