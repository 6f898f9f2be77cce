import Anatomy

/// A colour for a vertebra's label that its neighbours' labels do not have, sRGB, 0 to 1.
///
/// Hues a golden angle apart, in the order of the spine.
func segmentColour(_ level: VertebraLevel) -> SIMD3<Double> {
    let hue = (Double(level.craniocaudalIndex) * 0.381966).truncatingRemainder(dividingBy: 1) * 6
    func part(_ offset: Double) -> Double {
        let k = (offset + hue).truncatingRemainder(dividingBy: 6)
        let value = 0.95 - 0.95 * 0.55 * max(0, min(k, 4 - k, 1))
        return (value * 1000).rounded() / 1000
    }
    return SIMD3(part(5), part(3), part(1))
}
