import Anatomy
import Foundation
import Frames

/// The corridor of an S1 screw, as a pedicle: S1 has no isthmus of its own, for its wing runs on to the side.
///
/// Its centre lies beside the canal, level with the upper third of the body; its axis is the usual one, convergent and parallel to the
/// endplate. Width and height are chords through the centre across that axis: from the canal or the first sacral foramen to the
/// surface, or to 10 mm on sides where the bone runs on.
func findSacralPedicle(_ side: Side, fit: VertebraFrameFit) throws(PlanningError) -> Pedicle {
    let reach = 10.0
    let axis = usualPedicleDirection(at: .s1, side: side)
    let (u, v) = sectionDirections(axis)
    let sign = side.leftwardSign
    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    let canalEdge = median(fit.canal.map { $0.centre.x + sign * $0.halfSize.x })
    let canalFront = median(fit.canal.map { $0.centre.y - $0.halfSize.y })
    var centre = SIMD3(canalEdge + sign * 7, canalFront + 2, 4)
    // Two rounds of moving to the middle of the chords bring the centre off walls on either side.
    var chords = SIMD4<Double>()
    for _ in 0..<3 {
        guard fit.bone.distance(centre) < 0 else { throw PlanningError.isthmusNotFound(.s1, side) }
        chords = SIMD4([u, -u, v, -v].map { fit.bone.exit(from: centre, along: $0, limit: reach) ?? reach })
        centre += 0.5 * (chords.x - chords.y) * u + 0.5 * (chords.z - chords.w) * v
    }
    let (width, height) = (chords.x + chords.y, chords.z + chords.w)
    guard width > 5, height > 5, fit.bone.distance(centre) < 0 else { throw PlanningError.isthmusNotFound(.s1, side) }
    // Unit by construction.
    return Pedicle(
        side: side, isthmusCentre: Point(centre), axis: UnitVector(Vector(axis))!, width: width, height: height,
        area: .pi / 4 * width * height, widthDirection: UnitVector(Vector(u))!)
}
