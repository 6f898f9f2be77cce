import Anatomy
import CaseFolder
import Foundation
import Planning
import Protocols
import Synchronization

/// Reads, plans and writes a whole case.
///
/// - Parameter replacing: exchange an existing case for the new one.
/// - Throws: what `readPlanInputs`, `planSpine` and `writeCase` throw.
func planCase(_ request: PlanRequest, at output: String, replacing: Bool, log: RunLog) throws -> CommandOutcome {
    let startedAt = Date()
    var outcome = CommandOutcome(output: output)
    try writeCase(at: output, replacing: replacing) { draft in
        let images = try readPlanInputs(request, log: log)
        let inputs = try log.stage("hash inputs") { try hashInputs(images, for: draft) }
        try request.checkImage?(inputs.image)
        let plan = try planned(images, log: log)
        let (file, measurements) = try writePlanFiles(plan, images, image: inputs.image, into: draft, log: log)
        outcome.exit = exit(of: file, missing: images.missingLevels)
        outcome.screws = file.screws.map(ScrewSummary.init)
        outcome.text = screwTable(file) + "\n\nCase written to \(output)"
        return Manifest(
            laminaVersion: laminaVersion, arguments: CommandLine.arguments, exit: outcome.exit, startedAt: startedAt, finishedAt: Date(),
            engines: engines().merging(images.origin.engine) { _, new in new }, parameters: try images.parameters(),
            inputs: inputs.records, image: try manifestImage(inputs.image, images.ct.metadata), stages: log.stages, warnings: log.warnings,
            measurements: measurements)
    }
    return outcome
}

private func planned(_ images: PlanInputs, log: RunLog) throws -> SpinePlan {
    let done = Mutex(0)
    let total = images.levels.count
    return try log.stage("plan") {
        try planSpine(
            levels: images.levels, labels: images.labels.volume, distrusted: images.distrusted,
            ct: images.request.image.isSyntheticCT ? nil : images.ct.volume, catalogue: images.catalogue, parameters: images.planning,
            threads: images.request.threads
        ) { _ in
            let count = done.withLock {
                $0 += 1
                return $0
            }
            log.progress("plan", done: count, total: total)
        }
    }
}

/// A level that is not there at all weighs more than a pedicle that was refused.
private func exit(of plan: PlanFile, missing: [VertebraLevel]) -> CommandExit {
    if !missing.isEmpty { return .noSpine }
    return plan.screws.contains { $0.status == .refused } ? .refused : .ok
}
