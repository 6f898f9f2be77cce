import Anatomy
import CaseFolder
import Digests
import Foundation
import Frames
import Planning
import Protocols
import Report
import ReviewWeb

/// A case under review: changed by the same code as by `lamina adjust`, on a scan that is read once.
struct ReviewedPlan: ReviewedCase {
    private var old: PlannedCase
    private let modelled: ModelledCase
    private let drawing: TrialDrawing
    /// Where the scan is now, if it is no longer where the case was planned from.
    private let scan: String?
    private let threads: Int
    private let printing: OutputOptions

    /// - Throws: as `readPlanInputs`; `CommandFailure` for another scan than the case's.
    init(of old: PlannedCase, scan: String?, threads: Int, printing: OutputOptions, log: RunLog) throws {
        let request = try old.requestWithItsLabels(scan: scan)
        let images = try readPlanInputs(request, log: log)
        _ = try log.stage("hash inputs") { try old.checkedFiles(of: images.ct, at: request.input, option: "--input") }
        modelled = try ModelledCase(images, levels: old.levelsOfPlan, threads: threads, log: log)
        drawing = TrialDrawing(
            reportContent(old.plan, planSHA256: old.planSHA256, vertebrae: modelled.spine.vertebrae, images))
        (self.old, self.scan, self.threads, self.printing) = (old, scan, threads, printing)
    }

    var plan: PlanFile { old.plan }
    var planSHA256: String { old.planSHA256 }
    // Whoever approves the case while it is reviewed changes its audit alone.
    var approval: ApprovalSummary { approvalAsRead(ofCaseAt: old.folder).summary }
    var approvalText: String { approvalAsRead(ofCaseAt: old.folder).text }
    var catalogue: ScrewCatalogue { modelled.images.catalogue }

    func closure(of level: String, _ side: Side) -> String? {
        guard let level = VertebraLevel(name: level), case .failure(let closed) = modelled.site(of: level, side) else { return nil }
        return closed.finding.message
    }

    func report() throws(CommandFailure) -> Data {
        let path = old.folder + "/" + reportFileName
        guard let record = old.manifest.outputs.first(where: { $0.path == reportFileName }) else { throw noReport(inCaseAt: old.folder) }
        guard let bytes = FileManager.default.contents(atPath: path), sha256(of: bytes) == record.sha256 else {
            throw CommandFailure(.integrity, code: "case_changed", what: "it is not as lamina wrote it", place: path)
        }
        return bytes
    }

    mutating func catchUp() throws(CommandFailure) -> Bool {
        do {
            if isAsVerified { return false }
            let now = try PlannedCase(at: old.folder)
            guard now.isJudged(as: old) else {
                throw CommandFailure(
                    .integrity, code: "another_case",
                    what:
                        "another case stands here now, with other labels, levels, options or rules, or another scan; end this review and begin anew",
                    place: old.folder)
            }
            old = now
            return true
        } catch {
            throw commandFailure(for: error)
        }
    }

    func trial(of order: ScrewOrder) throws(CommandFailure) -> Trial {
        do {
            return .measured(try measured(try ScrewChange(order)))
        } catch let failure as CommandFailure where failure.exitCode == CommandExit.refused.rawValue {
            return .refused(code: failure.code, message: failure.what)
        } catch {
            throw commandFailure(for: error)
        }
    }

    private func measured(_ change: ScrewChange) throws -> MeasuredTrial {
        guard case .place(_, let adding) = change.wish else {
            throw change.refusal(.usage, "nothing_to_try", "a screw that is to go is not tried")
        }
        guard let pedicle = plan.screws.first(where: { $0.level == change.level.name && $0.side == change.side }) else {
            throw change.refusal(.usage, "level_not_in_plan", "the plan has no such pedicle")
        }
        let (judged, site) = try change.judged(at: modelled.site(of: change.level, change.side), of: pedicle, catalogue: catalogue)
        let screw = pedicle.placed(
            judged, at: site, source: .options, accepting: judged.broken.isEmpty ? nil : "not accepted: this is a trial",
            warnings: old.standingWarnings.filter { $0.levels.contains(change.level.name) })
        let start = try change.start(of: pedicle, at: site, adding: adding, catalogue: catalogue)
        return MeasuredTrial(
            screw: screw, plan: pedicle, broken: screw.edit?.acceptedRisk?.broken ?? [], worse: screw.edit?.worse ?? [],
            pictures: try drawing.pictures(of: screw, beside: pedicle, from: start.ends(in: site.patientFromVertebra), threads: threads))
    }

    mutating func apply(_ order: ScrewOrder) throws(CommandFailure) -> String {
        do {
            let change = try ScrewChange(order)
            if case .place(let shift, adding: false) = change.wish, shift.isNothing {
                throw change.refusal(.usage, "nothing_to_apply", "nothing was changed about this screw")
            }
            try write(change, acceptedRisk: order.acceptedRisk)
            return change.sentence
        } catch {
            throw commandFailure(for: error)
        }
    }

    mutating func putBack(_ screw: PlanFile.Screw, saying sentence: String) throws(CommandFailure) {
        do {
            guard let level = VertebraLevel(name: screw.level) else { throw unreadableCase("it names no level", old.folder) }
            try write(ScrewChange(level: level, side: screw.side, wish: .restore(screw, sentence: sentence)), acceptedRisk: nil)
        } catch {
            throw commandFailure(for: error)
        }
    }

    private mutating func write(_ change: ScrewChange, acceptedRisk: String?) throws {
        guard isAsVerified else {
            throw CommandFailure(
                .integrity, code: "changed_meanwhile",
                what:
                    "another run of lamina has changed this case since this page was loaded; nothing was written. Reload the page to go on from what stands there now"
            )
        }
        let adjustment = Adjustment(of: old, by: [change], acceptedRisk: acceptedRisk, inputs: [], threads: threads)
        _ = try adjustment.write(scan: scan, on: modelled, log: RunLog(command: "review", options: printing))
        old = try PlannedCase(at: old.folder)
    }

    /// With its manifest, which alone says by what rules and options the case was planned.
    private var isAsVerified: Bool {
        (try? checkUnchanged(old.verifiedCore)) != nil && (try? readManifest(ofCaseAt: old.folder)) == old.manifest
    }
}

extension PlannedCase {
    fileprivate var planSHA256: String { sha256(ofOutput: "plan.json") }
    private var labelsSHA256: String { sha256(ofOutput: "labels.nii.gz") }

    /// Whether screws are judged in both by the same rules, on the same scan and labels, and reports say the same of the patient.
    fileprivate func isJudged(as other: PlannedCase) -> Bool {
        func rules(_ one: PlannedCase) -> [String: JSONValue] { one.manifest.parameters.filter { $0.key != "labels" } }
        return plan.image.sha256 == other.plan.image.sha256 && labelsSHA256 == other.labelsSHA256 && levelsOfPlan == other.levelsOfPlan
            && planArguments == other.planArguments && rules(self) == rules(other)
    }

    private func sha256(ofOutput path: String) -> String { manifest.outputs.first { $0.path == path }?.sha256 ?? "" }
}

extension ScrewPlacement {
    fileprivate func ends(in patientFromVertebra: RigidTransform<Patient, Vertebra>) -> (entry: Point<Patient>, tip: Point<Patient>) {
        (patientFromVertebra * entry, patientFromVertebra * (entry + length * direction))
    }
}

extension ScrewChange {
    /// What the page of a review asks for.
    ///
    /// - Throws: `CommandFailure` for what no screw can be moved by.
    fileprivate init(_ order: ScrewOrder) throws {
        func bad(_ code: String, _ what: String) -> CommandFailure { CommandFailure(.usage, code: code, what: what, place: order.level) }
        guard let level = VertebraLevel(name: order.level) else { throw bad("level_not_in_plan", "the plan has no such level") }
        let offset = order.entryOffset ?? [0, 0, 0]
        guard offset.count == 3, offset.allSatisfy({ abs($0) <= Shift.farthest }) else {
            throw bad("bad_offset", "an entry is moved by three numbers of at most \(Shift.farthest) mm")
        }
        guard [order.transverse, order.sagittal].allSatisfy({ $0.map(Shift.angles.contains) ?? true }) else {
            throw bad("bad_angle", "an angle is from \(Shift.angles.lowerBound) to \(Shift.angles.upperBound) degrees")
        }
        if let risk = order.acceptedRisk, !isOneLine(risk) { throw bad("bad_reason", "a reason is some words on one line") }
        let shift = Shift(
            offset: SIMD3(offset[0], offset[1], offset[2]), transverse: order.transverse, sagittal: order.sagittal,
            diameter: order.diameter, length: order.length)
        let wish: Wish =
            switch order.action {
            case .remove: .remove
            case .place: .place(shift, adding: false)
            case .add: .place(shift, adding: true)
            }
        self.init(level: level, side: order.side, wish: wish)
    }
}
