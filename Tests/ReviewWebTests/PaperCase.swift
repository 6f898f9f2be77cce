import Anatomy
import Foundation
import Phantom
import Planning
import Protocols
import Volumes

@testable import ReviewWeb

/// L1 of a phantom planned, reviewed without any file: an applied offset moves the entry's numbers by as much.
struct PaperCase: ReviewedCase {
    static let planned: PlanFile = {
        do {
            var parameters = PhantomParameters()
            parameters.levels = [.l1]
            parameters.content = .bone
            let phantom = try makePhantom(parameters: parameters, seed: 3)
            let image = PlanFile.Image(
                sha256: "scan", studyUID: nil, seriesUID: nil, frameOfReferenceUID: nil, grid: phantom.labels.geometry)
            return PlanFile(try planSpine(levels: [.l1], labels: phantom.labels, ct: phantom.ct, threads: 2), image: image)
        } catch {
            preconditionFailure("the phantom cannot be planned: \(error)")
        }
    }()

    private(set) var plan: PlanFile = PaperCase.planned
    private var writes = 0
    /// What every write fails with.
    var failure: CommandFailure?
    /// Another run's plan, which stands on disk instead.
    var others: PlanFile?
    var approval = ApprovalSummary(state: .notApproved, signatures: [])
    var approvalText = "NOT APPROVED"
    var catalogue = ScrewCatalogue.builtIn
    var html = Data()

    var planSHA256: String { "plan\(writes)" }

    func closure(of level: String, _ side: Side) -> String? { side == .right ? "no isthmus was found" : nil }

    func report() throws(CommandFailure) -> Data { html }

    mutating func catchUp() throws(CommandFailure) -> Bool {
        guard let others else { return false }
        (plan, self.others) = (others, nil)
        writes += 100
        return true
    }

    func trial(of order: ScrewOrder) throws(CommandFailure) -> Trial { .refused(code: "not_through_pedicle", message: "on paper") }

    mutating func apply(_ order: ScrewOrder) throws(CommandFailure) -> String {
        guard let n = plan.screws.firstIndex(where: { $0.level == order.level && $0.side == order.side }) else {
            preconditionFailure("checked")
        }
        var screw = plan.screws[n]
        screw.entry?[0] += order.entryOffset?[0] ?? 0
        try putBack(screw, saying: "moved")
        return "\(order.level) \(order.side.rawValue): moved"
    }

    mutating func putBack(_ screw: PlanFile.Screw, saying sentence: String) throws(CommandFailure) {
        if let failure { throw failure }
        guard let n = plan.screws.firstIndex(where: { $0.level == screw.level && $0.side == screw.side }) else {
            preconditionFailure("checked")
        }
        plan.screws[n] = screw
        writes += 1
    }
}
