import Foundation
import Frames
import Volumes

/// The parts of a trajectory's score, and by how much it breaks the hard rules.
struct TrajectoryScore: Sendable {
    var wall = 0.0
    var canal = 0.0
    var endplate = 0.0
    var aim = 0.0
    var centring = 0.0
    var head = 0.0
    var length = 0.0
    var density = 0.0
    /// By how much the hard rules are broken, mm, summed over rules and over samples along the shaft (`excess`); 0 when none is.
    var violation = 0.0

    /// The weighted sum, less 10 for each millimetre of violation: more than any soft term can gain by it, so that the best path keeps the rules
    /// where any does, and the search is drawn back to them from outside.
    func total(_ p: ScrewParameters) -> Double {
        let room = p.wallWeight * wall + p.canalWeight * canal + p.headWeight * head
        let course = p.endplateWeight * endplate + p.aimWeight * aim + p.centringWeight * centring
        return room + course + p.lengthWeight * length + p.densityWeight * density - 10 * violation
    }
}

/// Scores a trajectory for a shaft of `radius`, mm; nil when it does not run through the bone.
///
/// Everything is a continuous function of the trajectory (the length too: catalogue lengths are chosen afterwards) and, but for where it
/// enters the bone, a smooth one: sums along the shaft, not its worst place. So the best trajectory moves little when the image is
/// resampled or turned, and the simplex does not get stuck in a crease.
///
/// - Complexity: about 100 distance samples.
func score(_ trajectory: Trajectory, radius: Double, in scene: ScrewScene) -> TrajectoryScore? {
    guard let path = bonePath(trajectory, through: scene.pedicle, of: scene.bone) else { return nil }
    let p = scene.parameters
    let length = min(scene.longestLength(of: path).byAnyRule, scene.typical.length)
    guard length > p.entryZone + 5 else { return nil }
    var score = TrajectoryScore()
    addClearance(of: path, length: length, radius: radius, scene: scene, to: &score)
    for s in stride(from: 0.0, through: length, by: 1.5) {
        score.violation += excess(p.minimumNeighbourDistance + radius - scene.neighbourDistance(path.point(s)))
    }
    score.violation += excess(p.minimumMidlineDistance - midlineDistance(of: path, radius: radius, length: length, in: scene))
    score.violation += excess(boneBehindHead(of: path, in: scene) - p.trimmedBehindHead)
    // A tip that stays in the pedicle breaks a rule, so the search is drawn away from a short path however well it is aimed.
    score.violation += excess((p.refusedDepthFraction - scene.depthFraction(of: path.point(length))) * scene.model.bodyDepth)
    addDirection(trajectory, path: path, scene: scene, to: &score)
    score.length = min(1, length / scene.typical.length)
    score.head = headRoom(of: path, scene: scene)
    score.density = density(along: path, length: length, scene: scene)
    return score
}

/// `x` where it is above 0.2 mm, 0 where it is below 0, and a parabola between: a hinge without its crease.
private func excess(_ x: Double) -> Double {
    let width = 0.2
    if x <= 0 { return 0 }
    return x < width ? x * x / (2 * width) : x - width / 2
}

private func addClearance(
    of path: BonePath, length: Double, radius: Double, scene: ScrewScene, to score: inout TrajectoryScore
) {
    let p = scene.parameters
    var wallShort = 0.0
    var canalShort = 0.0
    for s in stride(from: 0.0, through: length, by: 0.75) {
        let at = path.point(s)
        let canal = scene.model.canal.distance(at: Point(at)) - radius
        let lack = max(0, 1 - canal / p.canalWanted)
        canalShort += lack * lack
        score.violation += excess(p.minimumCanalDistance - canal)
        guard s >= p.entryZone else { continue }
        let wall = -scene.bone.distance(at) - radius
        let short = max(0, 1 - wall / p.wallWanted)
        wallShort += short * short
        score.violation += excess(p.minimumWall - wall)
    }
    // 1 when nothing is wanting, 0 when all is over 6 mm.
    score.wall = 1 - wallShort / 8
    score.canal = 1 - canalShort / 8
}

private func addDirection(_ trajectory: Trajectory, path: BonePath, scene: ScrewScene, to score: inout TrajectoryScore) {
    let p = scene.parameters
    let scale = p.angleScale * .pi / 180
    func falling(_ x: Double) -> Double { 1 - x * x }
    score.endplate = falling(scene.angleToEndplate(path.direction) / scale)
    score.aim = falling((transverseAngle(path.direction, side: scene.pedicle.side) - scene.aim) / scale)
    let offset = (trajectory.across * trajectory.across + trajectory.up * trajectory.up).squareRoot()
    score.centring = falling(offset / (scene.pedicle.narrowest / 2))
}

/// 1 when a sphere of the head's size behind the entry is clear of the neighbours, falling to 0 when its centre touches one.
private func headRoom(of path: BonePath, scene: ScrewScene) -> Double {
    let radius = scene.parameters.headRadius
    return min(1, max(0, scene.neighbourDistance(path.point(-radius)) / radius))
}

/// 0 at 100 HU to 1 at 600 HU, mean along the axis beyond the entry zone.
private func density(along path: BonePath, length: Double, scene: ScrewScene) -> Double {
    guard let ct = scene.ct else { return 0 }
    var sum = 0.0
    var count = 0.0
    for s in stride(from: scene.parameters.entryZone, through: length, by: 1) {
        guard let hu = ct.linear(at: scene.model.patientFromVertebra * Point<Vertebra>(path.point(s))) else { continue }
        sum += hu
        count += 1
    }
    return count == 0 ? 0 : min(1, max(0, (sum / count - 100) / 500))
}
