import Anatomy
import Concurrency
import Volumes

/// The plans for every pedicle asked for, and the vertebrae they stand on.
public struct SpinePlan: Sendable {
    public var vertebrae: [VertebraModel]
    /// Two for each level asked for, by level, left first.
    public var screws: [ScrewPlan]
}

/// Plans both pedicles of each of `levels`.
///
/// Levels are independent but for their neighbours' bone, so they are modelled and planned side by side on `threads` threads; the
/// result does not depend on their number.
///
/// - Parameters:
///   - labels: VerSe ids on the CT's grid.
///   - distrusted: levels whose bone must not be planned on, with the reason that their pedicles are refused for.
///   - ct: nil when Hounsfield units are not genuine (synthetic CT): density then counts for nothing and is not reported.
///   - progress: called with a level when its screws are done, in any order, from any thread.
/// - Returns: one plan for each pedicle asked for; what cannot be planned is refused with a reason, never left out.
/// - Complexity: O(voxels of the label map) + about 1 s for each level on one thread.
public func planSpine(
    levels: [VertebraLevel], labels: LabelVolume, distrusted: [VertebraLevel: Finding] = [:], ct: CTVolume?,
    catalogue: ScrewCatalogue = .builtIn, parameters: PlanningParameters = .init(), threads: Int,
    progress: @escaping @Sendable (VertebraLevel) -> Void = { _ in }
) throws -> SpinePlan {
    let spine = try ModelledSpine(levels: levels, labels: labels, parameters: parameters.vertebra, threads: threads)
    let plans = try concurrentMap(levels.sorted(), threads: threads) { level in
        let plans = Side.allCases.map { side in
            switch spine.site(side, of: level, distrust: distrusted[level], ct: ct, catalogue: catalogue, parameters: parameters.screw) {
            case .success(let site): planScrew(in: site.scene, catalogue: catalogue)
            case .failure(let closed): closed.plan
            }
        }
        progress(level)
        return plans
    }
    return SpinePlan(vertebrae: spine.vertebrae, screws: plans.flatMap { $0 })
}
