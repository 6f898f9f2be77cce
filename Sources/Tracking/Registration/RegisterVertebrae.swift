import Frames

/// Poses that explain the images best, and how surely.
struct RegistrationResult: Sendable {
    var poses: [RigidTransform<Room, Vertebra>]
    /// At the finest level, at the poses returned.
    var comparison: ImageComparison
    /// The images' cost and the prior's.
    var cost: Double
    var iterations: Int
}

/// Poses of several vertebrae together, from where they start to the nearest best agreement of model and images, by Levenberg-Marquardt.
///
/// Minimises the robust squares of slope differences, measured - gain * (vertebrae + background), plus the prior's. Each step's candidate is kept only
/// where the sum falls.
///
/// - Parameters:
///   - levels: the views at each fineness, coarse first.
/// - Throws: `LinearAlgebraError.singular` where neither images nor prior say anything of a parameter.
func registerVertebrae(
    _ vertebrae: [ModelVertebra], startingAt start: [RigidTransform<Room, Vertebra>], in levels: [[ComparedView]], prior: PosePrior,
    parameters: RegistrationParameters, threads: Int
) throws -> RegistrationResult {
    let filter = GradientFilter(sigma: parameters.sigma)
    var poses = start
    var steps = 0
    var result: RegistrationResult?
    for (level, views) in levels.enumerated() {
        func compared(_ poses: [RigidTransform<Room, Vertebra>], keeping reference: ImageComparison? = nil) -> ImageComparison {
            ImageComparison(vertebrae, at: poses, in: views, filter: filter, parameters: parameters, keeping: reference, threads: threads)
        }
        var current = compared(poses)
        let reference = current
        var cost = current.cost + prior.cost(of: poses)
        var damping = 1e-3
        for _ in 0..<parameters.iterations[level] {
            steps += 1
            let step = try dampedStep(current, prior, poses, damping)
            let moved = zip(poses, motions(step)).map { pose, motion in motion.applied(to: pose, about: pose.origin) }
            let candidate = compared(moved, keeping: reference)
            let newCost = candidate.cost + prior.cost(of: moved)
            if newCost < cost {
                (poses, current, cost) = (moved, candidate, newCost)
                damping = max(1e-6, damping / 5)
            } else {
                damping *= 10
            }
            if step.allSatisfy({ abs($0) < parameters.smallestStep }) { break }
        }
        result = RegistrationResult(poses: poses, comparison: current, cost: cost, iterations: steps)
    }
    precondition(result != nil, "a registration needs a level")
    return result!
}

private func dampedStep(
    _ comparison: ImageComparison, _ prior: PosePrior, _ poses: [RigidTransform<Room, Vertebra>], _ damping: Double
) throws -> [Double] {
    var matrix = comparison.information + prior.information
    for n in 0..<matrix.order { matrix[n, n] += damping * matrix[n, n] }
    let pull = prior.information * prior.deviation(of: poses)
    return try solvePositive(matrix.values, zip(comparison.gradient, pull).map { $0 - $1 })
}

private func motions(_ step: [Double]) -> [PoseMotion] {
    stride(from: 0, to: step.count, by: 6).map { PoseMotion(step[$0..<($0 + 6)]) }
}
