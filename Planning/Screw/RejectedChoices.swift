import Foundation
import Frames

/// The choices next to the planned screw that a surgeon would ask about, each with why it was not taken: one size thicker, one size
/// longer, straight along the pedicle's axis, and parallel to the endplate through the isthmus centre.
func neighbouringChoices(of chosen: ScrewCandidate, catalogue: ScrewCatalogue, in scene: ScrewScene) -> [RejectedScrew] {
    var choices: [RejectedScrew] = []
    if let thicker = catalogue.screws.first(where: { $0.diameter > chosen.diameter }),
        let length = thicker.lengths.last(where: { $0 <= chosen.length })
    {
        let unusual = Finding(
            "thicker_than_usual", "\(thicker.diameter) mm keeps every rule but is thicker than usual at \(scene.model.level)",
            ["usual_diameter_mm": scene.typical.diameter])
        choices.append(otherSize(diameter: thicker.diameter, length: length, than: chosen, ifSound: unusual, in: scene))
    }
    if let longer = catalogue.screws.first(where: { $0.diameter == chosen.diameter })?.lengths.first(where: { $0 > chosen.length }) {
        let unusual = Finding(
            "longer_than_usual", "\(longer) mm keeps every rule but is longer than usual at \(scene.model.level)",
            ["usual_length_mm": scene.typical.length])
        choices.append(otherSize(diameter: chosen.diameter, length: longer, than: chosen, ifSound: unusual, in: scene))
    }
    choices += [("along_pedicle_axis", Trajectory()), ("parallel_to_endplate", endplateTrajectory(in: scene))].compactMap {
        otherPath(named: $0.0, $0.1, than: chosen, in: scene)
    }
    return choices
}

/// Another size on the chosen path, with the rules it breaks, or `unusual` when it breaks none.
private func otherSize(
    diameter: Double, length: Double, than chosen: ScrewCandidate, ifSound unusual: Finding, in scene: ScrewScene
) -> RejectedScrew {
    var candidate = chosen
    (candidate.diameter, candidate.length) = (diameter, length)
    let broken = brokenRules(candidate, in: scene)
    return rejected(
        candidate, because: broken.isEmpty ? [unusual] : broken, score: broken.isEmpty ? comparableScore(candidate, in: scene) : nil)
}

/// The trajectory through the isthmus centre that keeps the pedicle's convergence but runs parallel to the superior endplate.
private func endplateTrajectory(in scene: ScrewScene) -> Trajectory {
    let slope = scene.angleToEndplate(scene.pedicle.axis.xyz)
    return Trajectory(pitch: -slope)
}

private func otherPath(named name: String, _ trajectory: Trajectory, than chosen: ScrewCandidate, in scene: ScrewScene) -> RejectedScrew? {
    guard let path = bonePath(trajectory, through: scene.pedicle, of: scene.bone)?.seated(diameter: chosen.diameter, on: scene.bone)
    else { return nil }
    var candidate = chosen
    (candidate.trajectory, candidate.path) = (trajectory, path)
    let tried = Finding(name, "tried for comparison")
    let broken = brokenRules(candidate, in: scene)
    guard broken.isEmpty else { return rejected(candidate, because: [tried] + broken, score: nil) }
    let (its, best) = (comparableScore(candidate, in: scene), comparableScore(chosen, in: scene))
    let lower = Finding("lower_score", "keeps every rule but scores lower", ["score": its, "chosen_score": best])
    return rejected(candidate, because: [tried, lower], score: its)
}

/// The score at the radius for which the chosen path was sought: only there is it the best.
private func comparableScore(_ candidate: ScrewCandidate, in scene: ScrewScene) -> Double {
    score(candidate.trajectory, radius: candidate.soughtRadius, in: scene)?.total(scene.parameters) ?? -.infinity
}

func rejected(_ candidate: ScrewCandidate, because reasons: [Finding], score: Double?) -> RejectedScrew {
    RejectedScrew(
        diameter: candidate.diameter, length: candidate.length, entry: Point(candidate.path.entry),
        tip: Point(candidate.path.point(candidate.length)), score: score, reasons: reasons)
}
