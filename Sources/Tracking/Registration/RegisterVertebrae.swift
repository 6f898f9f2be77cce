import Frames

/// Poses that explain the images best, and how surely.
struct RegistrationResult: Sendable {
    var poses: [RigidTransform<Room, Vertebra>]
    /// How far the background has moved in each view since it was drawn.
    var motions: [ImageMotion]
    /// At the finest level, at the poses returned.
    var comparison: ImageComparison
    /// The images' cost and the prior's.
    var cost: Double
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
    _ vertebrae: [AttenuationVolume<Vertebra>], startingAt start: [RigidTransform<Room, Vertebra>], in levels: [[ComparedView]],
    prior: PosePrior,
    parameters: RegistrationParameters, threads: Int
) throws -> RegistrationResult {
    let filter = GradientFilter(sigma: parameters.sigma)
    var poses = start
    var motions = levels[0].map { $0.background?.prior?.mean ?? ImageMotion() }
    var result: RegistrationResult?
    for (level, views) in levels.enumerated() {
        func compared(
            _ poses: [RigidTransform<Room, Vertebra>], _ motions: [ImageMotion], keeping reference: ImageComparison? = nil
        ) throws -> ImageComparison {
            try ImageComparison(
                vertebrae, at: poses, motions, in: views, filter: filter, parameters: parameters, keeping: reference, threads: threads)
        }
        var current = try compared(poses, motions)
        let reference = current
        var cost = current.cost + prior.cost(of: poses)
        var damping = 1e-3
        for _ in 0..<parameters.iterations[level] {
            let step = try dampedStep(current, prior, poses, damping)
            let moved = zip(poses, poseMotions(step)).map { pose, motion in motion.applied(to: pose, about: pose.origin) }
            let carried = zip(motions, current.backgroundTerms).map { motion, terms in terms.map { motion + $0.step(after: step) } ?? motion
            }
            let candidate = try compared(moved, carried, keeping: reference)
            let newCost = candidate.cost + prior.cost(of: moved)
            if newCost < cost {
                (poses, motions, current, cost) = (moved, carried, candidate, newCost)
                damping = max(1e-6, damping / 5)
            } else {
                damping *= 10
            }
            if step.allSatisfy({ abs($0) < parameters.smallestStep }) { break }
        }
        result = RegistrationResult(poses: poses, motions: motions, comparison: current, cost: cost)
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

private func poseMotions(_ step: [Double]) -> [PoseMotion] {
    stride(from: 0, to: step.count, by: 6).map { PoseMotion(step[$0..<($0 + 6)]) }
}
