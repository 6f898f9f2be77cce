import Frames
import Planning

/// A screw's shaft as the plan has it: a cylinder with flat ends from the entry to the tip, LPS mm.
struct Shaft: Sendable {
    let entry: Point<Patient>
    let tip: Point<Patient>
    let radius: Double

    /// Nil for a pedicle without a screw.
    init?(_ screw: PlanFile.Screw) {
        guard let entry = screw.entry, let tip = screw.tip, let diameter = screw.diameter, entry.count == 3, tip.count == 3 else {
            return nil
        }
        self.init(entry: Point(entry[0], entry[1], entry[2]), tip: Point(tip[0], tip[1], tip[2]), radius: diameter / 2)
    }

    init?(entry: Point<Patient>, tip: Point<Patient>, radius: Double) {
        guard entry.distance(to: tip) > 1e-6 else { return nil }
        (self.entry, self.tip, self.radius) = (entry, tip, radius)
    }

    var length: Double { entry.distance(to: tip) }
    /// Unit direction towards the tip.
    var axis: SIMD3<Double> { (tip.xyz - entry.xyz) / length }

    /// The point of the axis at a depth from the entry, mm.
    func point(_ depth: Double) -> Point<Patient> { Point(entry.xyz + depth * axis) }

    /// Signed distance to the shaft's surface, mm, negative inside.
    func distance(to point: Point<Patient>) -> Double {
        let d = point.xyz - entry.xyz
        let along = (d * axis).sum()
        let beyond = max(-along, along - length)
        let beside = (d - along * axis).length - radius
        let outside = SIMD2(max(beyond, 0), max(beside, 0))
        return (outside * outside).sum().squareRoot() + min(max(beyond, beside), 0)
    }
}
