import Foundation

/// The best trajectory for a screw of `diameter`: a coarse grid of leans and offsets round the pedicle's axis, then a simplex from the
/// three best of it. Returns nil when no trajectory runs through the bone.
///
/// - Complexity: about 1400 scores, 30 ms.
func bestTrajectory(diameter: Double, in scene: ScrewScene) -> (trajectory: Trajectory, score: TrajectoryScore)? {
    func cost(_ trajectory: Trajectory) -> Double {
        score(trajectory, diameter: diameter, in: scene).map { -$0.total(scene.parameters) } ?? 100
    }
    let starts = coarseTrajectories(scene.pedicle).map { (trajectory: $0, cost: cost($0)) }
        .sorted { $0.cost < $1.cost }.prefix(3)
    let refined = starts.filter { $0.cost < 100 }.map { start in
        minimise(
            from: start.trajectory.parameters, step: [0.5, 0.5, 0.05, 0.05], tolerance: 1e-3, maximumEvaluations: 400
        ) { cost(Trajectory($0)) }
    }
    guard let best = refined.min(by: { $0.value < $1.value }) else { return nil }
    let trajectory = Trajectory(best.x)
    return score(trajectory, diameter: diameter, in: scene).map { (trajectory, $0) }
}

private func coarseTrajectories(_ pedicle: Pedicle) -> [Trajectory] {
    let leans = stride(from: -20.0, through: 20, by: 5).map { $0 * .pi / 180 }
    let pitches = stride(from: -25.0, through: 25, by: 5).map { $0 * .pi / 180 }
    let offsets = [(0.0, 0.0), (0.15, 0), (-0.15, 0), (0, 0.15), (0, -0.15)]
    return leans.flatMap { lean in
        pitches.flatMap { pitch in
            offsets.map { Trajectory(across: $0.0 * pedicle.width, up: $0.1 * pedicle.height, lean: lean, pitch: pitch) }
        }
    }
}
