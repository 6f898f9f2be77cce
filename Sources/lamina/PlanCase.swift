import Anatomy
import CaseFolder
import Foundation
import Planning
import Protocols
import Synchronization

/// A plan with the meshes that belong to it, ready to be written.
struct CaseContent {
    var plan: PlanFile
    var meshes: CaseMeshes
    /// Of the plan's levels, those that can be modelled.
    var vertebrae: [VertebraModel]
    var exit: CommandExit
    /// Files that shaped the plan besides what it stands on.
    var inputs: [String] = []
}

/// Reads, plans and writes a whole case.
///
/// - Parameters:
///   - replacing: exchange an existing case for the new one.
///   - event: what is done, for the case's audit.
/// - Throws: what `readPlanInputs`, `planSpine` and `writeCase` throw.
func planCase(_ request: PlanRequest, at output: String, replacing: Bool, event: CaseEvent, log: RunLog) throws -> CommandOutcome {
    try writePlanCase(request, at: output, replacing: replacing, event: event, log: log) { images, image in
        if replacing { warnOfVoidApproval(ofCaseAt: output, log: log) }
        let plan = try planned(images, log: log)
        let meshes = try log.stage("make meshes") {
            let modelled = Dictionary(uniqueKeysWithValues: plan.vertebrae.map { ($0.level, $0.bone) })
            return try vertebraMeshes(
                of: images.levels, in: images.labels, modelled: modelled, parameters: images.planning.vertebra.surface,
                threads: images.request.threads, log: log)
        }
        // Every warning of the run is known by now.
        let file = PlanFile(plan, image: image, warnings: log.warnings.map(PlanFile.Warning.init))
        return CaseContent(
            plan: file, meshes: .made(meshes), vertebrae: plan.vertebrae, exit: exit(of: file, missing: images.missingLevels))
    }
}

/// Reads what a plan stands on, lets `content` decide what the plan is, and writes the case.
///
/// - Parameter known: what the plan stands on, where it was read before; its bytes are hashed all the same.
/// - Throws: what `readPlanInputs`, `content` and `writeCase` throw.
func writePlanCase(
    _ request: PlanRequest, reading known: PlanInputs? = nil, at output: String, replacing: Bool, event: CaseEvent, log: RunLog,
    content: (PlanInputs, PlanFile.Image) throws -> CaseContent
) throws -> CommandOutcome {
    let startedAt = Date()
    var outcome = CommandOutcome(output: output)
    // A change by another run meanwhile must not be lost, with an audit that says it was made.
    let isUnchanged = { try checkUnchanged(request.replaced) }
    try writeCase(at: output, replacing: replacing, event: event, ifStill: isUnchanged) { draft in
        let images = try known ?? readPlanInputs(request, log: log)
        let inputs = try log.stage("hash inputs") { try hashInputs(images, for: draft) }
        try request.checkImage?(inputs.image)
        let made = try content(images, inputs.image)
        let measurements = try writePlanFiles(
            made.plan, images, meshes: made.meshes, vertebrae: made.vertebrae, into: draft, log: log)
        outcome.exit = made.exit
        outcome.screws = made.plan.screws.map(ScrewSummary.init)
        outcome.text = screwTable(made.plan) + "\n\nCase written to \(output)"
        return try Manifest(
            laminaVersion: laminaVersion, arguments: CommandLine.arguments, exit: outcome.exit, startedAt: startedAt, finishedAt: Date(),
            engines: engines().merging(images.origin.engine) { _, new in new }, parameters: images.parameters(),
            inputs: inputs.records + fileRecords(of: made.inputs), image: manifestImage(inputs.image, images.ct.metadata),
            stages: log.stages, warnings: log.warnings,
            measurements: measurements)
    }
    let approval = try CaseAudit(ofCaseAt: output).approval
    outcome.approval = approval.summary(trusted: [])
    outcome.text += "\n" + approval.sentence(trusted: [])
    return outcome
}

/// Says in the new case that an approval of the one that it takes the place of does not hold for it, or that none can be read there.
func warnOfVoidApproval(ofCaseAt folder: String, log: RunLog) {
    do {
        switch try existingAudit(ofCaseAt: folder)?.approval ?? .none {
        case .none: return
        case .approved(let approvals), .void(let approvals):
            let names = approvals.compactMap(\.by).joined(separator: ", ")
            log.warn(
                earlierApprovalVoid,
                "the approval by \(names) was of an earlier state of this plan and is void for this one; 'lamina verify' says whether this one is approved"
            )
        }
    } catch {
        log.warn(
            "earlier_audit_damaged",
            "\(error). The case that this one takes the place of may have been approved; its history is lost, and no approval of it holds here"
        )
    }
}

/// The code of the warning in a plan that an approval of what it was before does not hold for it. It stays there when the plan is approved anew, so it is another than
/// `voidApproval`, which says that this very plan has no standing approval.
let earlierApprovalVoid = "earlier_approval_void"

private func planned(_ images: PlanInputs, log: RunLog) throws -> SpinePlan {
    let done = Mutex(0)
    let total = images.levels.count
    return try log.stage("plan") {
        try planSpine(
            levels: images.levels, labels: images.labels.volume, distrusted: images.distrusted, ct: images.genuineCT,
            catalogue: images.catalogue, parameters: images.planning, threads: images.request.threads
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
