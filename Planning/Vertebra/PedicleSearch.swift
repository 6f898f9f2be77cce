import Anatomy
import Foundation
import Frames

/// Finds a pedicle's isthmus, the narrowest section perpendicular to the pedicle's own axis.
///
/// 1. A walk beside the canal, from the arch to the body, over sections perpendicular to the level's usual direction, finds the narrowest.
/// 2. In turn, to convergence: the section of least area along the present axis gives the centre; the axis becomes the direction most
///    nearly perpendicular to the surface normals round the isthmus (for a tube, all of them are). Unlike a line through section centres
///    this stays sound in pedicles shorter than they are high.
///
/// An axial section would overrate the width of an oblique pedicle (about 12 % in the thorax).
func findPedicle(
    _ side: Side, of level: VertebraLevel, bone: PosedBone, canal: [CanalSlice], body: BodySection, parameters: VertebraParameters
) throws(PlanningError) -> Pedicle {
    let usual = usualPedicleDirection(at: level, side: side)
    let bone = SideOfCanal(side, of: canal, in: bone)
    guard var centre = walkBesideCanal(usual: usual, bone: bone, parameters: parameters) else {
        throw PlanningError.isthmusNotFound(level, side)
    }
    var axis = usual
    for _ in 0..<10 {
        guard let isthmus = narrowestSection(near: centre, axis: axis, bone: bone) else {
            throw PlanningError.isthmusNotFound(level, side)
        }
        let perpendicular = tubeAxis(around: isthmus, axis: axis, usual: usual, bone: bone, parameters: parameters)
        // Damped: section and normals move each other.
        let blended = 0.8 * perpendicular + 0.2 * axis
        let turned = blended / blended.length
        let settled = (isthmus.centre - centre).length < 0.03 && turned.cross(axis).length < 1e-3
        (centre, axis) = (isthmus.centre, turned)
        if settled { break }
    }
    guard let isthmus = section(through: centre, axis: axis, bone: bone)?.shape,
        isthmus.area >= parameters.minimumIsthmusArea, plausible(isthmus.centre, axis: axis, usual: usual, side: side, body: body)
    else { throw PlanningError.isthmusNotFound(level, side) }
    return measured(side, isthmus: isthmus, axis: axis)
}

/// The centre of the narrowest section on the way from arch to body, lateral to the canal; nil when none is found.
private func walkBesideCanal(usual: SIMD3<Double>, bone: SideOfCanal, parameters: VertebraParameters) -> SIMD3<Double>? {
    // The walk is level with the canal, whatever the pedicle's usual slope.
    let level = SIMD3(usual.x, usual.y, 0) / SIMD3(usual.x, usual.y, 0).length
    let start = bone.beside(5, z: 2)
    let length = (bone.middle.y - bone.front) / -level.y + 2.5
    let narrowest = stride(from: -3.0, through: length, by: 0.75).compactMap { t -> SectionShape? in
        let section = bone.section(start + t * level, across: level, half: 20, step: 0.75)
        return section.regions { $0 < 0 }.map(section.shape).filter { shape in
            let beside = bone.lateral(shape.centre) <= bone.halfWidth + 14 && abs(shape.centre.z - 5) <= 15
            return beside && shape.area >= parameters.minimumIsthmusArea
        }.max { $0.area < $1.area }
    }.min { $0.area < $1.area }
    return narrowest?.centre
}

/// A region of bone in a plane across the pedicle.
private struct PedicleSection {
    var shape: SectionShape
    /// Points on the region's rim, within half a pixel of the surface.
    var rim: [SIMD3<Double>]
}

/// The region round `centre` in the plane across `axis`; nil when no bone lies within 3 mm of it.
private func section(through centre: SIMD3<Double>, axis: SIMD3<Double>, bone: SideOfCanal) -> PedicleSection? {
    let plane = bone.section(centre, across: axis, half: 14, step: 0.5)
    let middle = SIMD2(plane.columns / 2, plane.rows / 2)
    func offset(_ pixel: Int) -> Int {
        let d = SIMD2(pixel % plane.columns, pixel / plane.columns) &- middle
        return d.x * d.x + d.y * d.y
    }
    // A rim of half a pixel outside the bone belongs to the region, so that partly covered pixels count.
    guard let (whole, distance) = plane.nearestRegion(where: { $0 < 0.25 }, to: offset), distance <= 36 else { return nil }
    // What leaves the window is no pedicle's closed section.
    let region = whole.contains(where: plane.touchesEdge) ? plane.withoutSideBranches(whole, offset: offset, reach: 36) : whole
    let rim = region.filter { abs(plane.values[$0]) < 0.5 }.map(plane.position)
    return PedicleSection(shape: plane.shape(of: region), rim: rim)
}

/// The section of least area along the axis, downhill from `centre` and at most 2 mm away; placed between samples by a parabola.
private func narrowestSection(near centre: SIMD3<Double>, axis: SIMD3<Double>, bone: SideOfCanal) -> SectionShape? {
    let step = 0.5
    let areas = (-5...5).map { section(through: centre + Double($0) * step * axis, axis: axis, bone: bone)?.shape.area ?? .infinity }
    var at = 5
    while at > 1, at < 9, min(areas[at - 1], areas[at + 1]) < areas[at] { at += areas[at - 1] < areas[at + 1] ? -1 : 1 }
    let curvature = areas[at - 1] - 2 * areas[at] + areas[at + 1]
    let shift = curvature.isFinite && curvature > 0 ? max(-0.5, min(0.5, (areas[at - 1] - areas[at + 1]) / (2 * curvature))) : 0
    return section(through: centre + (Double(at - 5) + shift) * step * axis, axis: axis, bone: bone)?.shape
}

/// The direction most nearly perpendicular to the bone's normals on the wall round the isthmus, in the sense of least squares.
///
/// Normals count less away from the isthmus (Gaussian of 2 mm along the axis) and the more they run along the present axis, for
/// those belong to body or arch. The usual direction is added with a weight that grows with the square of the isthmus area: a wide,
/// short L5 pedicle has hardly any wall of its own.
private func tubeAxis(
    around isthmus: SectionShape, axis: SIMD3<Double>, usual: SIMD3<Double>, bone: SideOfCanal, parameters: VertebraParameters
) -> SIMD3<Double> {
    var moments = Moments3()
    for s in stride(from: -3.0, through: 3, by: 0.5) {
        guard let around = section(through: isthmus.centre + s * axis, axis: axis, bone: bone) else { continue }
        let near = exp(-s * s / 4)
        for point in around.rim where (point - isthmus.centre).length < 14 {
            let normal = bone.bone.normal(point)
            let lean = (normal * axis).sum() / 0.7
            let across = max(0, 1 - lean * lean)
            moments.add(normal, weight: near * across * across)
        }
    }
    guard moments.weight > 0 else { return axis }
    let relative = isthmus.area / 100
    let prior = parameters.usualDirectionWeight * relative * relative * moments.weight
    // (I - a a^T) is least along the usual direction a.
    moments.addIdentity(prior)
    moments.add(usual, weight: -prior)
    guard let smallest = moments.smallestDirection else { return axis }
    return (smallest * axis).sum() >= 0 ? smallest : -smallest
}

private func plausible(_ centre: SIMD3<Double>, axis: SIMD3<Double>, usual: SIMD3<Double>, side: Side, body: BodySection) -> Bool {
    let lateral = side.leftwardSign * centre.x
    return (3...40).contains(lateral) && centre.y > body.centre.y && (axis * usual).sum() > cos(35 * .pi / 180)
}

private func measured(_ side: Side, isthmus: SectionShape, axis: SIMD3<Double>) -> Pedicle {
    let (u, v) = sectionDirections(axis)
    let ellipse = isthmus.ellipse
    let direction = cos(ellipse.angle) * u + sin(ellipse.angle) * v
    // Both are unit by construction; a failure here would be a programmer's error.
    return Pedicle(
        side: side, isthmusCentre: Point(isthmus.centre), axis: UnitVector(Vector(axis))!, width: ellipse.alongU, height: ellipse.alongV,
        area: isthmus.area, widthDirection: UnitVector(Vector(direction))!)
}
