import Anatomy
import CaseFolder
import Foundation
import Frames
import Planning
import Protocols

/// A person's changes to a case, and the case that they make.
struct Adjustment {
    private let old: PlannedCase
    private let changes: [ScrewChange]
    private let acceptedRisk: String?
    /// Files that the changes were read from.
    private let inputs: [String]
    private let threads: Int

    init(of old: PlannedCase, by changes: [ScrewChange], acceptedRisk: String?, inputs: [String], threads: Int) {
        (self.old, self.changes, self.acceptedRisk, self.inputs, self.threads) = (old, changes, acceptedRisk, inputs, threads)
    }

    /// Models the vertebrae anew (the report shows all of them), judges the changed screws, and replaces the case in one step. What is not changed is kept byte for byte.
    ///
    /// - Parameter known: the case's scan and vertebrae, where they were read and modelled before.
    /// - Throws: `CommandFailure` for what cannot be done or breaks a rule; what `writePlanCase` throws.
    func write(scan: String?, on known: ModelledCase? = nil, log: RunLog) throws -> CommandOutcome {
        // A first look, before any work, at what needs none.
        for change in changes { _ = try index(of: change) }
        let request = try old.requestWithItsLabels(scan: scan)
        for warning in old.standingWarnings {
            log.warn(warning.code, warning.message, levels: warning.levels.compactMap(VertebraLevel.init(name:)))
        }
        var changed: [PlanFile.Screw] = []
        let event = CaseEvent(
            .adjusted,
            changes: changes.map(\.sentence) + (acceptedRisk.map { ["whatever rule it breaks is accepted because: \($0)"] } ?? []))
        var outcome = try writePlanCase(
            request, reading: known?.images, at: old.folder, replacing: true, event: event, log: log
        ) { images, _ in
            var plan = old.plan
            let modelled = try known ?? ModelledCase(images, levels: old.levelsOfPlan, threads: threads, log: log)
            changed = try log.stage("judge") { try judgedScrews(in: modelled, log: log) }
            for (change, screw) in zip(changes, changed) { plan.screws[try index(of: change)] = screw }
            warn(about: plan, log: log)
            plan.warnings = log.warnings.map(PlanFile.Warning.init)
            plan.schemaVersion = PlanFile.currentVersion
            return CaseContent(plan: plan, meshes: .kept(old), vertebrae: modelled.spine.vertebrae, exit: .ok, inputs: inputs)
        }
        outcome.text = changed.map(changeText).joined(separator: "\n") + "\n\n" + outcome.text
        outcome.changes = changed.map(ScrewChangeSummary.init)
        return outcome
    }

    private func judgedScrews(in modelled: ModelledCase, log: RunLog) throws -> [PlanFile.Screw] {
        let warnings = log.warnings.map(PlanFile.Warning.init)
        return try changes.map { change in
            try change.applied(
                to: old.plan.screws[try index(of: change)], site: modelled.site(of: change.level, change.side),
                catalogue: modelled.images.catalogue, acceptedRisk: acceptedRisk,
                warnings: warnings.filter { $0.levels.contains(change.level.name) })
        }
    }

    private func index(of change: ScrewChange) throws -> Int {
        guard let index = old.plan.screws.firstIndex(where: { $0.level == change.level.name && $0.side == change.side }) else {
            throw change.refusal(
                .usage, "level_not_in_plan", "the plan has no such pedicle",
                remedy: "The plan has \(old.levelsOfPlan.map(\.name).joined(separator: ", ")); plan the case with more --levels")
        }
        return index
    }

    /// What the case must say of itself from now on, of earlier changes too.
    private func warn(about plan: PlanFile, log: RunLog) {
        let edited = plan.screws.filter { $0.edit != nil }
        // None is left where every change was undone.
        if !edited.isEmpty {
            log.warn(
                adjustedByHand,
                "a person changed screws of this plan: "
                    + edited.map { "\($0.level) \($0.side.rawValue) (\($0.status.rawValue))" }.joined(separator: ", "),
                levels: Set(edited.compactMap { VertebraLevel(name: $0.level) }).sorted())
        }
        for screw in edited {
            guard let risk = screw.edit?.acceptedRisk else { continue }
            log.warn(
                riskAccepted,
                "\(screw.level) \(screw.side.rawValue) breaks a rule (\(risk.broken.map(\.message).joined(separator: "; "))) and stands because: \(risk.reason)",
                levels: VertebraLevel(name: screw.level).map { [$0] } ?? [])
        }
        warnOfVoidApproval(ofCaseAt: old.folder, log: log)
    }
}

private let adjustedByHand = "adjusted_by_hand"
private let riskAccepted = "risk_accepted"

extension PlannedCase {
    /// What stays true of the case whichever screw is changed.
    var standingWarnings: [PlanFile.Warning] { plan.warnings.filter { !ownWarnings.contains($0.code) } }
}

/// Said anew after each change.
private let ownWarnings: Set = [adjustedByHand, riskAccepted, earlierApprovalVoid]

/// A line that stands for a screw must lie in the pedicle that it is named after: another pedicle nearer to it means a wrong name, level or side.
///
/// - Throws: `CommandFailure`.
func checkNearest(_ line: LineMarkup, in plan: PlanFile) throws {
    let measured = plan.screws.compactMap { screw in
        screw.pedicle.map { (name: "\(screw.level) \(screw.side.rawValue)", distance: distance(of: $0.isthmusCentre, from: line)) }
    }
    let own = "\(line.level) \(line.side.rawValue)"
    guard let nearest = measured.min(by: { $0.distance < $1.distance }), nearest.name != own else { return }
    let its = measured.first { $0.name == own }.map { String(format: ", and %.1f mm from \(own)", $0.distance) } ?? ""
    throw CommandFailure(
        .refused, code: "wrong_pedicle",
        what: String(format: "the line named \(own) runs %.1f mm from the isthmus of \(nearest.name)\(its)", nearest.distance), place: own,
        remedy: "Name the line after the pedicle that it lies in, or draw it again")
}

private func distance(of centre: [Double], from line: LineMarkup) -> Double {
    let c = SIMD3(centre[0], centre[1], centre[2])
    let along = line.tip.xyz - line.entry.xyz
    let squared = (along * along).sum()
    let s = squared > 0 ? min(1, max(0, ((c - line.entry.xyz) * along).sum() / squared)) : 0
    let off = c - (line.entry.xyz + s * along)
    return (off * off).sum().squareRoot()
}
