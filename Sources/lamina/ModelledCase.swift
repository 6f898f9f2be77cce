import Anatomy
import Planning

/// A case's scan, labels and vertebrae, so that screws can be judged in it as the planner judges its own.
struct ModelledCase {
    let images: PlanInputs
    let spine: ModelledSpine

    /// - Complexity: as `ModelledSpine`.
    init(_ images: PlanInputs, levels: [VertebraLevel], threads: Int, log: RunLog) throws {
        self.images = images
        spine = try log.stage("model") {
            try ModelledSpine(levels: levels, labels: images.labels.volume, parameters: images.planning.vertebra, threads: threads)
        }
    }

    func site(of level: VertebraLevel, _ side: Side) -> Result<PedicleSite, ClosedPedicle> {
        spine.site(
            side, of: level, distrust: images.distrusted[level], ct: images.genuineCT, catalogue: images.catalogue,
            parameters: images.planning.screw)
    }
}
