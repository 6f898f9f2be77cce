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
    /// Sum of the amounts, mm, by which hard rules are broken; 0 when none is.
    var violation = 0.0

    /// The weighted sum, less 1 for each millimetre of violation: the search is drawn back into the allowed region.
    func total(_ p: ScrewParameters) -> Double {
        let room = p.wallWeight * wall + p.canalWeight * canal + p.headWeight * head
        let course = p.endplateWeight * endplate + p.aimWeight * aim + p.centringWeight * centring
        return room + course + p.lengthWeight * length + p.densityWeight * density - violation
    }
}

/// Scores a trajectory for a shaft of `radius`, mm; nil when it does not run through the bone.
///
/// Everything is a continuous function of the trajectory (the length too: catalogue lengths are chosen afterwards), so that the best
/// trajectory moves little when the image is resampled or turned.
///
/// - Complexity: about 100 distance samples.
func score(_ trajectory: Trajectory, radius: Double, in scene: ScrewScene) -> TrajectoryScore? {
    guard let path = bonePath(trajectory, through: scene.pedicle, of: scene.bone) else { return nil }
    let p = scene.parameters
    let length = min(scene.longestLength(of: path), scene.typical.length)
    guard length > p.entryZone + 5 else { return nil }
    var score = TrajectoryScore()
    addClearance(of: path, length: length, radius: radius, scene: scene, to: &score)
    addSurroundings(of: path, length: length, radius: radius, scene: scene, to: &score)
    // A tip that stays in the pedicle breaks a rule, so the search is drawn away from a short path however well it is aimed.
    score.violation += max(0, p.refusedDepthFraction - scene.depthFraction(of: path.point(length))) * scene.model.bodyDepth
    addDirection(trajectory, path: path, scene: scene, to: &score)
    score.length = min(1, length / scene.typical.length)
    score.head = headRoom(of: path, scene: scene)
    score.density = density(along: path, length: length, scene: scene)
    return score
}

private func addClearance(
    of path: BonePath, length: Double, radius: Double, scene: ScrewScene, to score: inout TrajectoryScore
) {
    let p = scene.parameters
    var least = Double.infinity
    var shortfall = 0.0
    var canal = Double.infinity
    var midline = Double.infinity
    let sign = scene.pedicle.side.leftwardSign
    for s in stride(from: 0.0, through: length, by: 0.75) {
        let at = path.point(s)
        canal = min(canal, scene.model.canal.distance(at: Point(at)) - radius)
        guard s >= p.entryZone else { continue }
        let wall = -scene.bone.distance(at) - radius
        least = min(least, wall)
        let short = max(0, 1 - wall / p.wallWanted)
        shortfall += short * short
        midline = min(midline, sign * at.x - radius)
    }
    // The sum over 6 mm of narrow stretch, not its one worst place: it averages the steps of the voxels out, and has no jumps.
    score.wall = max(-1, 1 - shortfall / 8)
    let canalShort = max(0, 1 - canal / p.canalWanted)
    score.canal = max(-1, 1 - canalShort * canalShort)
    score.violation += max(0, p.minimumWall - least) + max(0, p.minimumCanalDistance - canal)
    score.violation += max(0, p.minimumMidlineDistance - midline)
}

/// The neighbours along the shaft, and the same bone behind the head.
private func addSurroundings(
    of path: BonePath, length: Double, radius: Double, scene: ScrewScene, to score: inout TrajectoryScore
) {
    let p = scene.parameters
    var neighbour = Double.infinity
    for s in stride(from: 0.0, through: length, by: 1.5) {
        neighbour = min(neighbour, scene.neighbourDistance(path.point(s)) - radius)
    }
    var deepest = 0.0
    // The first 2 mm are the cortex that the head is seated on.
    for s in stride(from: 2.0, through: p.freeBehindHead, by: 1) {
        deepest = max(deepest, -scene.bone.distance(path.point(-s)))
    }
    score.violation += max(0, p.minimumNeighbourDistance - neighbour) + deepest
}

private func addDirection(_ trajectory: Trajectory, path: BonePath, scene: ScrewScene, to score: inout TrajectoryScore) {
    let p = scene.parameters
    let scale = p.angleScale * .pi / 180
    func falling(_ x: Double) -> Double { max(-4, 1 - x * x) }
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
