import Anatomy
import Frames

/// Plans the screw of one pedicle: the best path for the pedicle, and on it the thickest usual screw that keeps every rule, as long as is
/// safe.
///
/// Diameters are tried from the largest that both the level's usual size and the isthmus allow, each on the pedicle's best path and, where
/// that breaks a rule, on the best path for its own radius. When none keeps every hard rule the pedicle is refused, with what came nearest
/// among the alternatives.
func planScrew(in scene: ScrewScene, catalogue: ScrewCatalogue) -> ScrewPlan {
    let pedicle = scene.pedicle
    var plan = ScrewPlan(
        level: scene.model.level, side: pedicle.side, screw: nil, pedicle: pedicle,
        patientFromVertebra: scene.model.patientFromVertebra, reasons: [], warnings: scene.warnings, alternatives: [])
    let fillLimit = scene.parameters.maximumFill * pedicle.narrowest
    let fitting = catalogue.screws.filter { $0.diameter <= min(fillLimit, scene.typical.diameter) }
    guard !fitting.isEmpty else {
        plan.reasons = [tooNarrow(pedicle, catalogue: catalogue, parameters: scene.parameters)]
        return plan
    }
    let shared = bestTrajectory(radius: scene.plannedRadius, in: scene)
    for size in fitting.reversed() {
        var tried = shared.flatMap { candidate(of: size, on: $0, soughtFor: scene.plannedRadius, in: scene) }
        if tried.map({ !brokenRules($0, in: scene).isEmpty }) ?? true {
            let own = size.diameter / 2
            tried = bestTrajectory(radius: own, in: scene).flatMap { candidate(of: size, on: $0, soughtFor: own, in: scene) } ?? tried
        }
        guard let tried else { continue }
        let judged = judge(tried, in: scene)
        guard judged.broken.isEmpty else {
            plan.alternatives.append(rejected(tried, because: judged.broken, score: nil))
            continue
        }
        plan.screw = judged.screw
        plan.reasons = reasons(for: tried, fillLimit: fillLimit, catalogue: catalogue, in: scene)
        plan.warnings += judged.warnings
        plan.alternatives = neighbouringChoices(of: tried, catalogue: catalogue, in: scene) + plan.alternatives
        return plan
    }
    plan.reasons = [noCorridor(pedicle, nearest: plan.alternatives.last)]
    return plan
}

/// A screw of a catalogue size on a path.
struct ScrewCandidate: Sendable {
    var trajectory: Trajectory
    var path: BonePath
    var diameter: Double
    var length: Double
    /// For this screw's own radius.
    var score: TrajectoryScore
    /// The radius for which this path is the best, mm; other paths are compared at it.
    var soughtRadius: Double
}

/// A catalogue size on a trajectory, with the longest length that the rules and the level's usual length allow.
///
/// A screw that would not reach half-way into the body may be longer than usual. Nil when the trajectory does not run through the bone.
func candidate(
    of size: ScrewCatalogue.Screw, on trajectory: Trajectory, soughtFor radius: Double, in scene: ScrewScene
) -> ScrewCandidate? {
    guard let score = score(trajectory, radius: size.diameter / 2, in: scene),
        let path = bonePath(trajectory, through: scene.pedicle, of: scene.bone)?.seated(diameter: size.diameter, on: scene.bone)
    else { return nil }
    let longest = scene.longestLength(of: path).byAnyRule
    let allowed = size.lengths.filter { $0 <= longest }
    let usual = allowed.last { $0 <= scene.typical.length }
    let reaching = allowed.first { scene.depthFraction(of: path.point($0)) >= scene.parameters.minimumDepthFraction }
    let length = max(usual ?? 0, reaching ?? 0)
    return ScrewCandidate(
        trajectory: trajectory, path: path, diameter: size.diameter, length: length > 0 ? length : size.lengths[0], score: score,
        soughtRadius: radius)
}
