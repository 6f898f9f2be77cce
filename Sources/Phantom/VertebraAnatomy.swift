import Anatomy
import Foundation
import RandomNumbers

/// One pedicle as the seed drew it, mm and degrees.
struct PedicleAnatomy {
    var width: Double
    var height: Double
    var convergence: Double
    var caudal: Double
}

/// One vertebra as the seed drew it.
struct VertebraAnatomy {
    var level: VertebraLevel
    var mean: LevelAnatomy
    var left: PedicleAnatomy
    var right: PedicleAnatomy
    /// Lengths of the transverse processes. The left one is always longer, so that a mirrored vertebra can be told from a true one.
    var leftTransverse: Double
    var rightTransverse: Double
    var trabecularHU: Double

    func pedicle(_ side: Side) -> PedicleAnatomy { side == .left ? left : right }
    func transverse(_ side: Side) -> Double { side == .left ? leftTransverse : rightTransverse }
}

/// Draws a vertebra of `level`; the same for the same seed and level whatever else is in the phantom.
///
/// - Returns: nil for a level that the phantom has no anatomy of.
func drawVertebra(_ level: VertebraLevel, parameters: PhantomParameters, seed: UInt64) -> VertebraAnatomy? {
    guard var mean = LevelAnatomy(level) else { return nil }
    // Size and bone quality belong to the patient, the rest to the vertebra.
    var patient = RandomStream(seed: seed, stream: 1000)
    let size = patient.normal(1, 0.05)
    let quality = patient.normal(165, 35)
    var generator = RandomStream(seed: seed, stream: UInt64(level.rawValue))
    func scaled(_ value: inout Double, sd: Double) { value *= size * generator.normal(1, sd) }
    scaled(&mean.bodyWidth, sd: 0.025)
    scaled(&mean.bodyDepth, sd: 0.025)
    scaled(&mean.bodyHeight, sd: 0.02)
    scaled(&mean.discBelow, sd: 0.05)
    scaled(&mean.canalWidth, sd: 0.03)
    scaled(&mean.canalDepth, sd: 0.03)
    scaled(&mean.transverseProcess, sd: 0.06)
    scaled(&mean.spinousLength, sd: 0.06)
    mean.spinousSlope += generator.normal(0, 3)
    mean.wedge += generator.normal(0, 0.7)

    let common = (
        width: generator.normal(mean.pedicleWidth, mean.pedicleWidthSD),
        height: generator.normal(mean.pedicleHeight, 0.07 * mean.pedicleHeight),
        convergence: generator.normal(mean.convergence, 2.5), caudal: generator.normal(mean.caudal, 2)
    )
    func pedicle() -> PedicleAnatomy {
        let band = 2 * mean.pedicleWidthSD
        return PedicleAnatomy(
            width: min(mean.pedicleWidth + band, max(3.5, mean.pedicleWidth - band, common.width * generator.normal(1, 0.04))),
            height: common.height * generator.normal(1, 0.025),
            convergence: common.convergence + generator.normal(0, 1.2),
            caudal: common.caudal + generator.normal(0, 0.8))
    }
    let left = pedicle()
    let right = pedicle()
    return VertebraAnatomy(
        level: level, mean: mean, left: left, right: right, leftTransverse: mean.transverseProcess + 1.8,
        rightTransverse: mean.transverseProcess - 1.8, trabecularHU: min(250, max(100, generator.normal(quality, 10))))
}
