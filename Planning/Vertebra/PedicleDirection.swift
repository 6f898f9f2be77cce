import Anatomy
import Foundation
import Frames

/// The usual direction of a level's pedicles in the vertebra frame, by which the search starts and a short pedicle is steadied.
///
/// Degrees. Transverse: published convergence (about 30° at T1 and L5, about 0° at T12, where sources disagree; 11-20° at L1 to 15-24° at L4, of
/// which the lower is taken). Sagittal: 12-15° caudal in the thorax, less than the 15-20° published against the body's own axes; 5° caudal at T12 and
/// L1, 0° below.
private let usualAngles: [VertebraLevel: (transverse: Double, sagittal: Double)] = [
    .t1: (30, -12), .t2: (26, -15), .t3: (18, -15), .t4: (12, -15), .t5: (9, -15), .t6: (8, -15), .t7: (7, -15), .t8: (6, -15),
    .t9: (6, -15), .t10: (5, -15), .t11: (3, -12), .t12: (0, -5), .t13: (0, -5), .l1: (7, -5), .l2: (9, 0), .l3: (12, 0), .l4: (15, 0),
    .l5: (28, 0), .l6: (28, 0), .s1: (28, 0),
]

/// Unit vector from the arch into the body.
func usualPedicleDirection(at level: VertebraLevel, side: Side) -> SIMD3<Double> {
    let angles = usualAngles[level] ?? (0, 0)
    let (transverse, sagittal) = (angles.transverse * .pi / 180, angles.sagittal * .pi / 180)
    return SIMD3(-side.leftwardSign * sin(transverse) * cos(sagittal), -cos(transverse) * cos(sagittal), sin(sagittal))
}

/// Directions across a section perpendicular to `axis`: u near the patient's left, v near inferior.
func sectionDirections(_ axis: SIMD3<Double>) -> (u: SIMD3<Double>, v: SIMD3<Double>) {
    let along = UnitVector<Vertebra>(Vector(axis)) ?? -UnitVector.y
    let u = UnitVector(UnitVector<Vertebra>.x.vector.rejected(from: along)) ?? .x
    return (u.xyz, u.xyz.cross(along.xyz))
}
