import Foundation

/// The best trajectory for a shaft of `radius`, mm: a coarse grid of leans and offsets round the pedicle's axis, then a simplex from the
/// four best of it, begun anew where it ended until that gains nothing. Returns nil when no trajectory runs through the bone.
///
/// - Complexity: about 4000 scores.
func bestTrajectory(radius: Double, in scene: ScrewScene) -> Trajectory? {
    func cost(_ trajectory: Trajectory) -> Double {
        score(trajectory, radius: radius, in: scene).map { -$0.total(scene.parameters) } ?? 100
    }
    let starts = coarseTrajectories(scene.pedicle).map { (trajectory: $0, cost: cost($0)) }
        .sorted { $0.cost < $1.cost }.prefix(4)
    let refined = starts.filter { $0.cost < 100 }.map { start in
        var best = (x: start.trajectory.parameters, value: start.cost)
        for _ in 0..<6 {
            let again = minimise(from: best.x, step: [0.5, 0.5, 0.05, 0.05], tolerance: 1e-3, maximumEvaluations: 400) {
                cost(Trajectory($0))
            }
            let gain = best.value - again.value
            best = again
            if gain < 1e-5 { break }
        }
        return best
    }
    return refined.min { $0.value < $1.value }.map { Trajectory($0.x) }
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
