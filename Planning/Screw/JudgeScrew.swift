import Foundation
import Frames

/// A screw in its place with all that is known of its safety. The planner and a person's screw are judged by this alone.
public struct JudgedScrew: Sendable {
    public var screw: PlannedScrew
    /// The hard rules that it breaks; empty when it may be planned.
    public var broken: [Finding]
    /// What is unusual about it and breaks no rule.
    public var warnings: [Finding]
}

/// Measures a screw where it stands: margins, grade, depth, density, broken rules and warnings.
func judge(_ candidate: ScrewCandidate, in scene: ScrewScene) -> JudgedScrew {
    let screw = measuredScrew(candidate, in: scene)
    return JudgedScrew(screw: screw, broken: brokenRules(candidate, in: scene), warnings: warnings(about: screw, in: scene))
}

private func measuredScrew(_ candidate: ScrewCandidate, in scene: ScrewScene) -> PlannedScrew {
    let (path, diameter, length) = (candidate.path, candidate.diameter, candidate.length)
    let direction = path.direction
    let axis = UnitVector<Vertebra>(Vector(direction)) ?? -UnitVector.y
    // The screw frame is defined by its entry and direction, with y as cranial as they allow.
    let rotation = Rotation<Vertebra, Screw>(z: axis, yNear: .z) ?? Rotation(angle: .pi / 2, about: .x)
    let graded = gradedPart(diameter: diameter, length: length, in: scene)
    let outside = breach(of: path, radius: diameter / 2, along: graded, in: scene)
    let ifSmaller = breach(of: path, radius: diameter / 2 + scene.model.labelSpacing, along: graded, in: scene)
    return PlannedScrew(
        vertebraFromScrew: RigidTransform(asserting: rotation, origin: Point(path.entry)), diameter: diameter, length: length,
        margins: margins(of: path, diameter: diameter, length: length, in: scene), grade: GertzbeinRobbins(breach: outside),
        gradeIfBoneIsSmaller: GertzbeinRobbins(breach: ifSmaller), depthFraction: scene.depthFraction(of: path.point(length)),
        transverseAngle: transverseAngle(direction, side: scene.pedicle.side), sagittalAngle: sagittalAngle(direction),
        density: pathDensity(of: path, diameter: diameter, length: length, in: scene), score: candidate.score.total(scene.parameters))
}
