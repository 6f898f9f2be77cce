import Foundation
import Frames

/// The vertebral body's outline at mid-height, in the vertebra frame, mm.
struct BodySection: Sendable {
    /// Centre of the outline's bounding ellipse in x and y.
    var centre: SIMD2<Double>
    /// Half-width (x) and half-depth (y).
    var half: SIMD2<Double>
    var z: Double
}

/// The body's outline in the slice at height `z`: the region of bone in front of the canal.
///
/// - Parameter canalFront: the y of the canal's front wall; bone behind it (pedicles, arch) is left out.
func bodySection(of bone: PosedBone, z: Double, around x: Double, canalFront: Double) -> BodySection? {
    let section = BoneSection(
        of: bone, centre: SIMD3(x, canalFront - 20, z), u: SIMD3(1, 0, 0), v: SIMD3(0, 1, 0), half: SIMD2(40, 40), step: 1)
    let regions = section.regions { $0 < 0 }.map { region in
        region.map { section.position(of: $0) }.filter { $0.y < canalFront - 0.5 }
    }
    guard let body = regions.max(by: { $0.count < $1.count }), body.count > 150 else { return nil }
    let mean = body.reduce(SIMD3<Double>(), +) / Double(body.count)
    let across = body.filter { abs($0.y - mean.y) <= 3 }.map(\.x).sorted()
    let along = body.filter { abs($0.x - mean.x) <= 3 }.map(\.y).sorted()
    guard let left = across.first, let right = across.last, let front = along.first, let back = along.last else { return nil }
    return BodySection(
        centre: SIMD2((left + right) / 2, (front + back) / 2), half: SIMD2((right - left) / 2 + 0.5, (back - front) / 2 + 0.5), z: z)
}
