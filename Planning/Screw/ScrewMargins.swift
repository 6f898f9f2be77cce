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

/// Breach of the shaft beyond the entry zone: the farthest that its surface stands outside the bone, mm; 0 when it does not.
///
/// Samples every 0.5 mm along the shaft and 24 places round it.
func breach(of path: BonePath, diameter: Double, length: Double, in scene: ScrewScene) -> Double {
    var farthest = 0.0
    for s in stride(from: scene.parameters.entryZone, through: length - diameter / 2, by: 0.5) {
        for ray in rays(around: path.direction) {
            farthest = max(farthest, scene.bone.distance(path.point(s) + diameter / 2 * ray.direction))
        }
    }
    return farthest
}

func margins(of path: BonePath, diameter: Double, length: Double, in scene: ScrewScene) -> ScrewMargins {
    let radius = diameter / 2
    var least: [Sector: Double] = [:]
    let sign = scene.pedicle.side.leftwardSign
    // The pedicle: 6 mm behind to 6 mm in front of the isthmus, but not the entry zone.
    let first = max(scene.parameters.entryZone, path.isthmusDepth - 6)
    for s in stride(from: first, through: min(length, path.isthmusDepth + 6), by: 0.5) {
        let at = path.point(s)
        for ray in rays(around: path.direction) {
            let wall = scene.bone.exit(from: at, along: ray.direction, limit: 15) ?? 15
            let sector = Sector(angle: ray.angle, medialSign: -sign)
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

    /// `angle` runs from the patient's left (0) to superior (90°). The medial cone is 60° wide, the lateral 90°, the rest up and down.
    init(angle: Double, medialSign: Double) {
        let toMedial = atan2(sin(angle), cos(angle) * medialSign)
        if abs(toMedial) <= .pi / 6 {
            self = .medial
        } else if abs(toMedial) >= 3 * .pi / 4 {
            self = .lateral
        } else {
            self = toMedial > 0 ? .superior : .inferior
        }
    }
}

/// 24 unit directions round a shaft, with their angle from the patient's left towards superior.
private func rays(around direction: SIMD3<Double>) -> [(direction: SIMD3<Double>, angle: Double)] {
    let axis = UnitVector<Vertebra>(Vector(direction)) ?? -UnitVector.y
    let left = (UnitVector(UnitVector<Vertebra>.x.vector.rejected(from: axis)) ?? .x).xyz
    let up = left.cross(axis.xyz)
    return (0..<24).map { i in
        let angle = Double(i) * .pi / 12
        return (cos(angle) * left + sin(angle) * up, angle)
    }
}
