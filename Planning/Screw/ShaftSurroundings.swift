import Anatomy

/// The least distance of a shaft from the midsagittal plane, mm, beyond the entry zone; negative on the other side.
func midlineDistance(of path: BonePath, radius: Double, length: Double, in scene: ScrewScene) -> Double {
    let sign = scene.pedicle.side.leftwardSign
    // A straight path is nearest at one of its ends.
    return min(sign * path.point(scene.parameters.entryZone).x, sign * path.point(length).x) - radius
}

/// The least distance of a shaft from another vertebra, mm; large when none is near.
func neighbourDistance(of path: BonePath, radius: Double, length: Double, in scene: ScrewScene) -> Double {
    stride(from: 0.0, through: length, by: 1.5).reduce(.infinity) { min($0, scene.neighbourDistance(path.point($1))) } - radius
}

/// How deep in bone of the same vertebra the way to the entry runs, mm, behind the cortex that the head sits on; 0 when it is free.
func boneBehindHead(of path: BonePath, in scene: ScrewScene) -> Double {
    // The first 2 mm behind where the axis leaves the bone are that cortex.
    stride(from: path.axisCortex + 2, through: scene.parameters.freeBehindHead, by: 1).reduce(0) {
        max($0, -scene.bone.distance(path.point(-$1)))
    }
}
