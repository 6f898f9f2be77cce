import Anatomy
import Foundation
import Frames

/// A whole vertebra as a signed distance in its own frame: body, two pedicle tubes and an arch, with the canal taken out.
struct VertebraSolid {
    let anatomy: VertebraAnatomy
    let body: BodySolid
    let canal: CanalTube
    let left: PedicleTube
    let right: PedicleTube
    let arch: ArchSolid
    /// Only at S1.
    let sacrum: SacralMass?
    /// Nothing of the arch lies in front of this y.
    private let archFront: Double

    init(anatomy: VertebraAnatomy, body: BodySolid, canal: CanalTube, left: PedicleTube, right: PedicleTube, arch: ArchSolid) {
        self.anatomy = anatomy
        self.body = body
        self.canal = canal
        self.left = left
        self.right = right
        self.arch = arch
        sacrum = anatomy.level == .s1 ? SacralMass(anatomy, canal: canal) : nil
        archFront = min(left.backEnd.y, right.backEnd.y) - 12
    }

    func pedicle(_ side: Side) -> PedicleTube { side == .left ? left : right }

    /// A box of the vertebra frame that holds the whole vertebra.
    var bounds: (lower: SIMD3<Double>, upper: SIMD3<Double>) {
        if sacrum != nil {
            return (
                SIMD3(-1, 0, -1) * SacralMass.reach - SIMD3(0, body.halfDepth + 6, 0), SIMD3(SacralMass.reach.x, SacralMass.reach.y, 32)
            )
        }
        let side = max(arch.transverseTip(.left).x, -arch.transverseTip(.right).x, body.halfWidth, left.isthmus.x + 14)
        let top = body.halfHeight + 14
        return (SIMD3(-side - 3, -body.halfDepth - 3, arch.lowest - 3), SIMD3(side + 3, arch.rearmost + 3, top))
    }

    /// Signed distance to the vertebra at a point of the vertebra frame, mm, negative inside.
    ///
    /// Pedicles join the rest with a fillet that vanishes near the isthmus, where nothing else is: there the zero level is the tube's.
    func distance(_ p: SIMD3<Double>) -> Double {
        let tube = p.x > 0 ? left : right
        let opening = canal.distance(p)
        // Far from a part, a cheap lower bound of its distance does: it changes nothing near the surface.
        let bodyDistance = p.y > body.halfDepth + 14 ? p.y - body.halfDepth : body.distance(p)
        let archDistance = p.y < archFront - 14 ? archFront - p.y : arch.distance(p)
        var solid = smoothMin(bodyDistance, archDistance, 3)
        if let sacrum { solid = smoothMin(solid, sacrum.distance(p), 5) }
        let others = smoothMax(solid, -opening, 1.5)
        // The canal comes last: fillets must not creep into it.
        return max(smoothMin(tube.distance(p), others, tube.fillet(p, full: 4)), -opening)
    }
}

/// Builds the solid of one vertebra. `facetBelow` is the superior articular process of the vertebra below, by side and in this
/// vertebra's frame: this vertebra's inferior processes are shaped onto it.
func buildVertebra(_ anatomy: VertebraAnatomy, canal: CanalTube, facetBelow: (Side) -> RoundedBox?) -> VertebraSolid {
    let body = BodySolid(anatomy)
    let left = placePedicle(.left, anatomy: anatomy, body: body, canal: canal)
    let right = placePedicle(.right, anatomy: anatomy, body: body, canal: canal)
    let roots = (left: archRoot(.left, anatomy, left), right: archRoot(.right, anatomy, right))
    let arch = ArchSolid(anatomy, canal: canal, left: roots.left, right: roots.right, facetBelow: facetBelow)
    var solidLeft = left
    var solidRight = right
    solidLeft.backLength = roots.left.axial
    solidRight.backLength = roots.right.axial
    return VertebraSolid(anatomy: anatomy, body: body, canal: canal, left: solidLeft, right: solidRight, arch: arch)
}

/// The pedicle as near to body and canal as its clear length allows: just outside the canal, its clear part just behind the body.
private func placePedicle(_ side: Side, anatomy: VertebraAnatomy, body: BodySolid, canal: CanalTube) -> PedicleTube {
    let drawn = anatomy.pedicle(side)
    let convergence = drawn.convergence * .pi / 180
    let caudal = drawn.caudal * .pi / 180
    let axis = SIMD3(-side.leftwardSign * sin(convergence) * cos(caudal), -cos(convergence) * cos(caudal), -sin(caudal))
    let drop = anatomy.level.region == .thoracic ? 1.2 : 2.2
    let z = anatomy.mean.bodyHeight / 2 - drawn.height / 2 - drop
    var x = anatomy.mean.canalWidth / 2 + 0.3 * drawn.width
    var y = anatomy.mean.bodyDepth / 2 - 3
    let clear = PedicleTube.clearHalfLength
    func tube() -> PedicleTube {
        PedicleTube(isthmus: SIMD3(side.leftwardSign * x, y, z), axis: axis, width: drawn.width, height: drawn.height)
    }
    for _ in 0..<200 {
        let trial = tube()
        let touchesCanal = stride(from: -clear, through: clear, by: 1).contains { t in
            trial.ring(at: t, margin: 0).contains { canal.distance($0) < 0.8 }
        }
        let touchesBody = trial.ring(at: clear, margin: 1.5).contains { body.distance($0) < 0.3 }
        guard touchesCanal || touchesBody else { break }
        if touchesCanal { x += 0.2 }
        if touchesBody { y += 0.2 }
    }
    return tube()
}

/// Where a pedicle's axis ends in the arch: the point that laminae, facets and processes start from.
struct ArchRoot {
    var point: SIMD3<Double>
    /// Distance from the isthmus along the axis, mm.
    var axial: Double
}

private func archRoot(_ side: Side, _ anatomy: VertebraAnatomy, _ tube: PedicleTube) -> ArchRoot {
    let axial = anatomy.level.region == .thoracic ? 10.0 : 11.5
    return ArchRoot(point: tube.isthmus - axial * tube.axis, axial: axial)
}
