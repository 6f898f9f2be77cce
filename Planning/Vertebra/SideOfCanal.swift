import Anatomy
import Frames

/// The bone on one side of the canal, in sections.
struct SideOfCanal {
    let bone: PosedBone
    private let sign: Double
    /// Of the canal, x and y.
    let middle: SIMD2<Double>
    /// The canal's front, y.
    let front: Double
    let halfWidth: Double

    init(_ side: Side, of canal: [CanalSlice], in bone: PosedBone) {
        func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
        self.bone = bone
        sign = side.leftwardSign
        middle = SIMD2(median(canal.map(\.centre.x)), median(canal.map(\.centre.y)))
        front = median(canal.map { $0.centre.y - $0.halfSize.y })
        halfWidth = median(canal.map(\.halfSize.x))
    }

    /// How far lateral of the canal's middle, mm.
    func lateral(_ p: SIMD3<Double>) -> Double { sign * (p.x - middle.x) }

    /// The point `distance` mm lateral of the canal's lateral wall.
    func beside(_ distance: Double, z: Double) -> SIMD3<Double> { SIMD3(middle.x + sign * (halfWidth + distance), middle.y, z) }

    /// Bone medial of the canal's outer quarter is left out: there the lamina and the body join a converging pedicle.
    func section(_ centre: SIMD3<Double>, across axis: SIMD3<Double>, half: Double, step: Double) -> BoneSection {
        let (u, v) = sectionDirections(axis)
        var section = BoneSection(of: bone, centre: centre, u: u, v: v, half: SIMD2(half, half), step: step)
        section.clear(where: { lateral($0) < 0.5 * halfWidth })
        return section
    }
}
