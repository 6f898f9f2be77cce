import Foundation

/// The best trajectory for a shaft of `radius`, mm: a coarse grid of leans and offsets round the pedicle's axis, then a simplex from the
/// six best of it, begun anew where it ended, with other first steps, until that gains nothing. Returns nil when no trajectory runs through
/// the bone.
///
/// - Complexity: about 6000 scores, 100 ms.
func bestTrajectory(radius: Double, in scene: ScrewScene) -> Trajectory? {
    func cost(_ parameters: [Double]) -> Double {
        score(Trajectory(parameters), radius: radius, in: scene).map { -$0.total(scene.parameters) } ?? 100
    }
    let starts = coarseTrajectories(scene.pedicle).map { (x: $0.parameters, value: cost($0.parameters)) }
        .sorted { $0.value < $1.value }.prefix(6)
    let refined = starts.filter { $0.value < 100 }.map { settled(from: $0, cost) }
    return refined.min { $0.value < $1.value }.map { Trajectory($0.x) }
}

/// A simplex can fold up before it has reached the bottom of a narrow valley; begun anew from there it goes on.
private func settled(from start: (x: [Double], value: Double), _ cost: ([Double]) -> Double) -> (x: [Double], value: Double) {
    var best = start
    var idle = 0
    for round in 0..<10 where idle < 2 {
        // mm, mm, radians, radians; every other time the other way, later in smaller steps.
        let scale = (round % 2 == 0 ? 1.0 : -1) / Double(1 + round / 2)
        let step = [0.5, 0.5, 0.05, 0.05].map { scale * $0 }
        let again = minimise(from: best.x, step: step, tolerance: 1e-3, maximumEvaluations: 400, cost)
        idle = best.value - again.value < 1e-5 ? idle + 1 : 0
        best = again.value < best.value ? again : best
    }
    return best
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
