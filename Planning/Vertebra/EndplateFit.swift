import Anatomy
import Foundation
import Frames

/// A plane fitted to an endplate; the normal points out of the body.
public struct Endplate<F: CoordinateFrame>: Equatable, Sendable {
    public var plane: Plane<F>
    /// Root-mean-square distance of the used surface points from the plane, mm: endplates are concave by 1-3 mm.
    public var rmse: Double
}

/// Fits both endplates from rays cast up and down inside the body, in the vertebra frame.
///
/// A point more than 2.5 robust standard deviations (at least 1 mm) off the plane is dropped and the plane fitted anew, three times:
/// Schmorl's nodes and osteophytes would tilt it. S1 is fused to S2, so its inferior plane is its superior one moved down by the
/// usual height of its body. Returns nil with fewer than 30 surface points.
func fitEndplates(
    of bone: PosedBone, body: BodySection, level: VertebraLevel, parameters: VertebraParameters
) -> (superior: Endplate<Vertebra>, inferior: Endplate<Vertebra>)? {
    let inner = parameters.endplateInnerFraction
    guard let superior = fitEndplate(of: bone, body: body, innerFraction: inner, up: 1) else { return nil }
    if level == .s1 {
        let below = superior.plane.origin - parameters.sacralBodyHeight * superior.plane.normal
        return (superior, Endplate(plane: Plane(origin: below, normal: -superior.plane.normal), rmse: superior.rmse))
    }
    guard let inferior = fitEndplate(of: bone, body: body, innerFraction: inner, up: -1) else { return nil }
    return (superior, inferior)
}

private func fitEndplate(of bone: PosedBone, body: BodySection, innerFraction: Double, up: Double) -> Endplate<Vertebra>? {
    var points: [Point<Vertebra>] = []
    let reach = innerFraction * body.half
    for x in stride(from: -reach.x, through: reach.x, by: reach.x / 12) {
        for y in stride(from: -reach.y, through: reach.y, by: reach.y / 12) {
            let relative = SIMD2(x, y) / reach
            guard (relative * relative).sum() <= 1 else { continue }
            let start = SIMD3(body.centre.x + x, body.centre.y + y, body.z)
            guard bone.distance(start) < 0 else { continue }
            if let height = bone.exit(from: start, along: SIMD3(0, 0, up), limit: 45, gap: 1.5) {
                points.append(Point(start + SIMD3(0, 0, up * height)))
            }
        }
    }
    return robustPlane(through: points, towards: up)
}

private func robustPlane(through all: [Point<Vertebra>], towards up: Double) -> Endplate<Vertebra>? {
    var points = all
    for _ in 0..<3 {
        guard points.count >= 30, let fit = try? planeFit(to: points) else { return nil }
        let deviations = all.map { abs(fit.plane.height(of: $0)) }
        let median = deviations.sorted()[deviations.count / 2]
        let limit = max(1, 2.5 * 1.4826 * median)
        points = zip(all, deviations).filter { $0.1 <= limit }.map(\.0)
    }
    guard points.count >= 30, let fit = try? planeFit(to: points) else { return nil }
    let normal = fit.plane.normal.xyz.z * up >= 0 ? fit.plane.normal : -fit.plane.normal
    return Endplate(plane: Plane(origin: fit.plane.origin, normal: normal), rmse: fit.rms)
}
