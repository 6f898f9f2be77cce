import Anatomy
import Foundation
import Frames

/// The part of a rib near the spine, in its vertebra's frame: head at the disc, neck, tubercle in front of the transverse process, shaft.
struct RibSolid {
    private let parts: [TaperedRod]
    /// All ends of its rods, for a bounding box.
    var points: [SIMD3<Double>] { parts.flatMap { [$0.a, $0.b] } }

    /// Nil for vertebrae without ribs.
    init?(_ side: Side, of solid: VertebraSolid) {
        guard solid.anatomy.level.region == .thoracic else { return nil }
        let lateral = side.leftwardSign
        let mean = solid.anatomy.mean
        let tip = solid.arch.transverseTip(side)
        let floating = solid.anatomy.level >= .t11
        let head = SIMD3(lateral * (mean.bodyWidth / 2 + 2.5), mean.bodyDepth / 2 - 5, mean.bodyHeight / 2 - 3)
        let tubercle = floating ? SIMD3(tip.x + lateral * 8, tip.y - 4, tip.z - 4) : SIMD3(tip.x + lateral * 1, tip.y - 9, tip.z + 1)
        let angle = tubercle + SIMD3(lateral * 28, floating ? 2 : 4, -9)
        let shaft = angle + SIMD3(lateral * 30, -22, -14)
        let path = [head, tubercle, angle, shaft]
        parts = zip(path, path.dropFirst()).enumerated().map { index, ends in
            TaperedRod(
                a: ends.0, b: ends.1, radiusA: index == 0 ? 5.5 : 6, radiusB: 6, flatAxis: normalized(SIMD3(lateral * 0.3, 0.95, 0)),
                flatness: index == 0 ? 1.2 : 1.6)
        }
    }

    func distance(_ p: SIMD3<Double>) -> Double { parts.reduce(1e3) { smoothMin($0, $1.distance(p), 2) } }
}
