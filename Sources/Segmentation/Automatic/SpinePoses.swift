import Foundation
import Frames
import Volumes

/// Where a vertebra is and how it is turned, as far as the coarse pass tells.
struct VertebraPose: Equatable, Sendable {
    var centre: Point<Patient>
    /// Unit vectors to the vertebra's left, back and head, right-handed, in the patient's frame.
    var left: SIMD3<Double>
    var back: SIMD3<Double>
    var up: SIMD3<Double>
}

/// Poses of body centres that run from head to foot: up along the spine's curve, back towards the canal.
///
/// - Parameter map: tells where the canal lies.
/// - Complexity: O(centres · voxels within 45 mm).
func spinePoses(of centres: [Point<Patient>], map: CoarseMap) -> [VertebraPose] {
    centres.indices.map { n in
        let (above, below) = (centres[max(n - 1, 0)], centres[min(n + 1, centres.count - 1)])
        let up = UnitVector(above - below) ?? .z
        let toCanal = canal(near: centres[n], up: up, in: map).map { $0 - centres[n] } ?? Vector(0, 1, 0)
        // LPS +y is the back of anyone who stands upright in the scanner's axes.
        let back = UnitVector(toCanal.rejected(from: up)) ?? UnitVector(Vector(0, 1, 0).rejected(from: up)) ?? .x
        return VertebraPose(centre: centres[n], left: back.xyz.cross(up.xyz), back: back.xyz, up: up.xyz)
    }
}

/// The centroid of the canal at a vertebra's height; nil where too little of it is seen within 45 mm.
///
/// - Parameter up: the direction of the spine there, as far as it is known.
func canal(near centre: Point<Patient>, up: UnitVector<Patient> = .z, in map: CoarseMap) -> Point<Patient>? {
    let (reach, slab) = (45.0, 9.0)
    let grid = map.geometry
    let middle = grid.index(of: centre)
    let span = reach / grid.spacing.x
    func bounds(_ axis: Int) -> Range<Int> {
        let (low, high) = (max(0, Int(middle[axis] - span)), min(grid.size[axis], Int(middle[axis] + span) + 1))
        return low..<max(low, high)
    }
    var (sum, weight) = (SIMD3<Double>(), 0.0)
    for k in bounds(2) {
        for j in bounds(1) {
            for i in bounds(0) {
                let chance = Double(map.canal[grid.offset(i, j, k)])
                guard chance > 0.3 else { continue }
                let way = grid.point(at: SIMD3(i, j, k)) - centre
                guard abs(way.dot(up)) < slab, way.length < reach else { continue }
                sum += chance * way.xyz
                weight += chance
            }
        }
    }
    // A canal of 10 mm by 10 mm has 225 voxels of 2 mm in this slab.
    guard weight * grid.voxelVolume > 300 else { return nil }
    return centre + Vector(sum / weight)
}
