import Anatomy
import Foundation
import Frames

/// Bone left between the shaft and what lies around it, mm; negative values are breaches by that much.
public struct ScrewMargins: Codable, Equatable, Sendable {
    /// In the pedicle, from the shaft outwards to the bone's surface, by 90° sectors but 60° for the medial one.
    public var medial: Double
    public var lateral: Double
    public var superior: Double
    public var inferior: Double
    /// In front of the tip, along the axis.
    public var anterior: Double
    /// From the shaft to the spinal canal, over the whole shaft.
    public var canal: Double
}

/// The part of a shaft that is graded, mm from the entry: not the entry zone, nor the rounded tip.
func gradedPart(diameter: Double, length: Double, in scene: ScrewScene) -> ClosedRange<Double> {
    let first = scene.parameters.entryZone
    return first...max(first, length - diameter / 2)
}

/// The farthest that the surface of a shaft of `radius` stands outside the bone along a part of the path, mm; 0 when it does not.
///
/// Samples every 0.5 mm along the shaft and 24 places round it.
func breach(of path: BonePath, radius: Double, along part: ClosedRange<Double>, in scene: ScrewScene) -> Double {
    let around = rays(around: path.direction)
    var farthest = 0.0
    for s in stride(from: part.lowerBound, through: part.upperBound, by: 0.5) {
        for ray in around { farthest = max(farthest, scene.bone.distance(path.point(s) + radius * ray)) }
    }
    return farthest
}

func margins(of path: BonePath, diameter: Double, length: Double, in scene: ScrewScene) -> ScrewMargins {
    let radius = diameter / 2
    var least: [Sector: Double] = [:]
    // The pedicle: 6 mm behind to 6 mm in front of the isthmus, but not the entry zone.
    let first = max(scene.parameters.entryZone, path.isthmusDepth - 6)
    let around = rays(around: path.direction)
    for s in stride(from: first, through: min(length, path.isthmusDepth + 6), by: 0.5) {
        let at = path.point(s)
        for (step, ray) in around.enumerated() {
            let wall = scene.bone.exit(from: at, along: ray, limit: 15) ?? 15
            let sector = Sector(step: step, side: scene.pedicle.side)
            least[sector] = min(least[sector] ?? .infinity, wall - radius)
        }
    }
    var canal = Double.infinity
    for s in stride(from: 0, through: length, by: 0.5) {
        canal = min(canal, scene.model.canal.distance(at: Point(path.point(s))) - radius)
    }
    return ScrewMargins(
        medial: least[.medial] ?? 0, lateral: least[.lateral] ?? 0, superior: least[.superior] ?? 0,
        inferior: least[.inferior] ?? 0, anterior: path.boneLength - length, canal: canal)
}

private enum Sector: Hashable {
    case medial, lateral, superior, inferior

    /// `step` counts 15° from the patient's left towards superior. The medial cone is 60° wide, the lateral 90°, the rest up and down; counted
    /// in whole steps so that both sides share them out alike.
    init(step: Int, side: Side) {
        let fromMedial = side == .right ? step : 12 - step
        let turned = (fromMedial + 36) % 24 - 12  // -12 ..< 12
        if abs(turned) <= 2 {
            self = .medial
        } else if abs(turned) >= 9 {
            self = .lateral
        } else {
            self = turned > 0 ? .superior : .inferior
        }
    }
}

/// 24 unit directions round a shaft, 15° apart, from the patient's left towards superior.
private func rays(around direction: SIMD3<Double>) -> [SIMD3<Double>] {
    let axis = UnitVector<Vertebra>(Vector(direction)) ?? -UnitVector.y
    let left = (UnitVector(UnitVector<Vertebra>.x.vector.rejected(from: axis)) ?? .x).xyz
    let up = axis.xyz.cross(left)
    return (0..<24).map { step in
        let angle = Double(step) * .pi / 12
        return cos(angle) * left + sin(angle) * up
    }
}
