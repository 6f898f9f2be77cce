import Foundation
import Frames

/// The sacrum below and beside its first body, in the S1 frame: alae, fused lower bodies, lateral parts and dorsal wall.
///
/// A plain shape for label 26; no foramina, and no pedicle truth, because the first sacral pedicle has no isthmus.
struct SacralMass {
    private let rods: [TaperedRod]
    private let boxes: [RoundedBox]

    init(_ anatomy: VertebraAnatomy, canal: CanalTube) {
        let mean = anatomy.mean
        let back = SIMD3<Double>(0, 1, 0)
        let floor = -mean.bodyHeight / 2
        rods =
            [
                TaperedRod(
                    a: SIMD3(0, 1, floor), b: SIMD3(0, 9, floor - 32), radiusA: mean.bodyWidth * 0.72, radiusB: 29, flatAxis: back,
                    flatness: 3),
                TaperedRod(
                    a: SIMD3(0, 9, floor - 32), b: SIMD3(0, 2, floor - 74), radiusA: 29, radiusB: 11, flatAxis: back, flatness: 3),
            ]
            + [-1, 1].map { side in
                TaperedRod(
                    a: SIMD3(side * (mean.bodyWidth / 2 + 2), 14, floor + 6), b: SIMD3(side * 13, 17, floor - 58), radiusA: 13, radiusB: 6)
            }
        let wall = canal.centre(at: floor - 12)
        let lean = 0.15
        boxes =
            [-1, 1].map { side in
                let along = normalized(SIMD3(side, 0.25, -0.30))
                let across = normalized(SIMD3(-0.25 * side, 1, 0))
                return RoundedBox(
                    centre: SIMD3(side * (mean.bodyWidth / 2 + 8), 7, -1),
                    axes: (along, normalized(across - dot(across, along) * along), along.cross(across)),
                    half: SIMD3(19, 14, 14), radius: 9)
            } + [
                RoundedBox(
                    centre: SIMD3(0, wall.y + canal.halfDepth + 2, floor - 12),
                    axes: (SIMD3(1, 0, 0), SIMD3(0, cos(lean), sin(lean)), SIMD3(0, -sin(lean), cos(lean))), half: SIMD3(21, 3.2, 24),
                    radius: 3)
            ]
    }

    func distance(_ p: SIMD3<Double>) -> Double {
        let rounded = rods.reduce(1e3) { smoothMin($0, $1.distance(p), 6) }
        return boxes.reduce(rounded) { smoothMin($0, $1.distance(p), 6) }
    }

    /// Its reach to each side, back and down from the S1 body centre, mm.
    static let reach = SIMD3<Double>(62, 60, 110)
}
