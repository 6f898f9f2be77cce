import Anatomy
import Foundation
import Frames

/// The posterior elements of one vertebra in its own frame: laminae, articular and transverse processes, spinous process.
///
/// Sizes here only have to look right.
struct ArchSolid {
    private var left: Half
    private var right: Half
    private var spinous: RoundedBox

    /// One side of the arch.
    struct Half {
        var pillar: TaperedRod
        var lamina: RoundedBox
        var superior: RoundedBox
        var inferior: RoundedBox
        var pars: TaperedRod
        var transverse: TaperedRod

        @inline(__always) func distance(_ p: SIMD3<Double>) -> Double {
            var d = smoothMin(lamina.distance(p), pillar.distance(p), 3)
            d = smoothMin(d, pars.distance(p), 3)
            d = smoothMin(d, superior.distance(p), 2.5)
            d = smoothMin(d, inferior.distance(p), 2.5)
            return smoothMin(d, transverse.distance(p), 3)
        }
    }

    init(_ anatomy: VertebraAnatomy, canal: CanalTube, left: ArchRoot, right: ArchRoot, facetBelow: (Side) -> RoundedBox?) {
        let top = min(left.point.z, right.point.z)
        let middle = laminaMiddle(anatomy, canal: canal, top: top)
        self.left = makeHalf(.left, anatomy, root: left.point, middle: middle, facetBelow: facetBelow(.left))
        self.right = makeHalf(.right, anatomy, root: right.point, middle: middle, facetBelow: facetBelow(.right))
        spinous = makeSpinous(anatomy, middle: middle)
    }

    /// The furthest point of a transverse process.
    func transverseTip(_ side: Side) -> SIMD3<Double> {
        let rod = side == .left ? left.transverse : right.transverse
        return rod.b + rod.radiusB * normalized(rod.b - rod.a)
    }

    func superiorProcess(_ side: Side) -> RoundedBox { side == .left ? left.superior : right.superior }

    /// The lowest and rearmost reach of the arch.
    var lowest: Double {
        let spinousReach = (spinous.axes.1 * spinous.half.y).z.magnitude + (spinous.axes.2 * spinous.half.z).z.magnitude
        return min(spinous.centre.z - spinousReach, min(left.inferior.centre.z, right.inferior.centre.z) - 12)
    }
    var rearmost: Double {
        spinous.centre.y + (spinous.axes.1 * spinous.half.y).y.magnitude + (spinous.axes.2 * spinous.half.z).y.magnitude
    }

    @inline(__always) func distance(_ p: SIMD3<Double>) -> Double {
        let halves = smoothMin(left.distance(p), right.distance(p), 2)
        return smoothMin(halves, spinous.distance(p), 4)
    }
}

private func isLumbar(_ level: VertebraLevel) -> Bool { level.region != .thoracic }

/// The centre of the laminae's meeting in the midline.
private func laminaMiddle(_ anatomy: VertebraAnatomy, canal: CanalTube, top: Double) -> SIMD3<Double> {
    let upper = top - 1
    let lower = -anatomy.mean.bodyHeight / 2 - (isLumbar(anatomy.level) ? 1 : 2)
    let z = (upper + lower) / 2
    let centre = canal.centre(at: z)
    return SIMD3(centre.x, centre.y + canal.halfDepth + 3.2, z)
}

/// The superior articular process, which the vertebra above shapes its inferior process onto.
func superiorFacet(_ side: Side, _ anatomy: VertebraAnatomy, root: SIMD3<Double>) -> RoundedBox {
    let lumbar = isLumbar(anatomy.level)
    let angle = anatomy.mean.facetAngle * .pi / 180
    let lateral = side.leftwardSign
    // The joint surface looks back and towards the midline.
    let face = SIMD3(-lateral * sin(angle), cos(angle), 0)
    let along = SIMD3(lateral * cos(angle), sin(angle), 0)
    let bottom = root.z - 2
    let top = anatomy.mean.bodyHeight / 2 + (lumbar ? 9 : 6.5)
    let centre = SIMD3(root.x + lateral * (lumbar ? 1.5 : -1.0), root.y + 0.5, (bottom + top) / 2)
    // A handed frame is not needed: the box only takes absolute coordinates.
    return RoundedBox(
        centre: centre, axes: (along, face, SIMD3(0, 0, 1)), half: SIMD3(lumbar ? 7.0 : 5.2, lumbar ? 3.0 : 2.4, (top - bottom) / 2),
        radius: 2.2)
}

private func makeHalf(
    _ side: Side, _ anatomy: VertebraAnatomy, root: SIMD3<Double>, middle: SIMD3<Double>, facetBelow: RoundedBox?
) -> ArchSolid.Half {
    let lumbar = isLumbar(anatomy.level)
    let lateral = side.leftwardSign
    let superior = superiorFacet(side, anatomy, root: root)
    let laminaHeight = 2 * (root.z - 1 - middle.z)
    let outer = SIMD3(root.x, root.y + 2, middle.z)
    let inward = normalized(SIMD3(middle.x - outer.x, middle.y - outer.y, 0))
    // The lower edge of a lamina lies further back, over the next one.
    let slope = (lumbar ? 12.0 : 18.0) * .pi / 180
    let back = SIMD3(-inward.y, inward.x, 0) * (inward.x > 0 ? 1 : -1)
    let rise = SIMD3(0, 0, cos(slope)) - sin(slope) * back
    let lamina = RoundedBox(
        centre: (outer + middle) / 2, axes: (inward, rise, rise.cross(inward)),
        half: SIMD3((middle - outer).length / 2 + 1.5, laminaHeight / 2, lumbar ? 3.2 : 2.8), radius: 2.2)

    // Without a lower neighbour the inferior process is shaped onto a copy of this vertebra's own superior one.
    let socket = facetBelow ?? shifted(superior, by: SIMD3(0, 0, -(anatomy.mean.bodyHeight + anatomy.mean.discBelow)))
    let thickness = lumbar ? 3.4 : 2.6
    var inferior = socket
    inferior.half.y = thickness
    inferior.half.x = socket.half.x - 0.6
    inferior.centre += socket.axes.1 * (socket.half.y + thickness + 0.9) + SIMD3(0, 0, 1)
    inferior.half.z = min(8, socket.half.z)
    let pillarRadius = lumbar ? 5.2 : 4.4
    let pillarEnd = SIMD3(root.x - lateral * 2, root.y + 2.5, middle.z + 2)
    let pars = TaperedRod(
        a: SIMD3(root.x - lateral * 2.5, root.y + 3, middle.z + 3), b: inferior.centre + SIMD3(0, 0, 2), radiusA: pillarRadius,
        radiusB: lumbar ? 4.6 : 3.6, flatAxis: SIMD3(0, 1, 0), flatness: 1.25)
    return ArchSolid.Half(
        pillar: TaperedRod(a: root, b: pillarEnd, radiusA: pillarRadius, radiusB: pillarRadius), lamina: lamina, superior: superior,
        inferior: inferior, pars: pars, transverse: makeTransverse(side, anatomy, root: root))
}

private func shifted(_ box: RoundedBox, by offset: SIMD3<Double>) -> RoundedBox {
    var moved = box
    moved.centre += offset
    return moved
}

private func makeTransverse(_ side: Side, _ anatomy: VertebraAnatomy, root: SIMD3<Double>) -> TaperedRod {
    let length = anatomy.transverse(side)
    let lumbar = isLumbar(anatomy.level)
    let direction = normalized(SIMD3(side.leftwardSign * (lumbar ? 0.97 : 0.80), lumbar ? 0.25 : 0.58, lumbar ? 0.06 : 0.14))
    let start = root + SIMD3(side.leftwardSign, 0.5, lumbar ? -3 : 0)
    return TaperedRod(
        a: start, b: start + direction * length, radiusA: lumbar ? 5.5 : 4.6, radiusB: lumbar ? 4.2 : 4.4, flatAxis: SIMD3(0, 1, 0),
        flatness: lumbar ? 1.7 : 1.15)
}

private func makeSpinous(_ anatomy: VertebraAnatomy, middle: SIMD3<Double>) -> RoundedBox {
    let slope = anatomy.mean.spinousSlope * .pi / 180
    let along = SIMD3(0, cos(slope), -sin(slope))
    let across = SIMD3<Double>(1, 0, 0)
    let start = middle + SIMD3(0, -1, isLumbar(anatomy.level) ? -2 : 1)
    let half = SIMD3(isLumbar(anatomy.level) ? 3.2 : 2.8, anatomy.mean.spinousLength / 2, anatomy.mean.spinousHeight / 2)
    return RoundedBox(
        centre: start + along * half.y, axes: (across, along, across.cross(along)), half: half, radius: 2.6)
}
