import Anatomy
import Foundation
import Planning
import Protocols

/// One sitting of a person over a case: changes that are tried, applied, undone and done again, one after another.
public struct ReviewSession {
    /// An applied change of one pedicle.
    public struct Step: Equatable, Sendable {
        public let sentence: String
        public let before: PlanFile.Screw
        public let after: PlanFile.Screw
    }

    /// What became of a sitting's changes.
    public struct Outcome: Equatable, Sendable {
        /// Applied, and as it was left.
        public let standing: [Step]
        /// Applied before another run changed the case: whether it stands, only the case itself says.
        public let overtaken: [Step]
    }

    private var reviewed: any ReviewedCase
    /// What was applied and stands.
    public private(set) var done: [Step] = []
    /// What was undone, the last of it at the end.
    private var undone: [Step] = []
    /// What was applied before another run changed the case.
    private var overtaken: [Step] = []
    private var notice: String?
    private var isOver = false

    public init(of reviewed: any ReviewedCase) { self.reviewed = reviewed }

    /// report.html as it stands on disk. Where another run has changed the case since, that is taken over, and what was done before cannot be undone any more.
    ///
    /// - Throws: `CommandFailure`.
    public mutating func page() throws(CommandFailure) -> Data {
        if try reviewed.catchUp() {
            overtaken += done
            (done, undone) = ([], [])
            notice =
                "Another run of lamina has changed this case. What stands here is the case as it is now; earlier changes of this review cannot be undone here."
        }
        return try reviewed.report()
    }

    public var state: ReviewState {
        ReviewState(
            planSHA256: reviewed.planSHA256, applied: done.map(\.sentence), undone: undone.map(\.sentence), approval: reviewed.approval,
            approvalText: reviewed.approvalText, notice: notice, screws: reviewed.catalogue.screws,
            pedicles: reviewed.plan.screws.map {
                ReviewState.Pedicle(
                    level: $0.level, side: $0.side, status: $0.status.rawValue, hasScrew: $0.status.hasScrew,
                    closure: reviewed.closure(of: $0.level, $0.side))
            })
    }

    /// - Throws: `CommandFailure`.
    public func trial(of order: ScrewOrder) throws(CommandFailure) -> Trial {
        try checkShown(order.planSHA256)
        return try reviewed.trial(of: order)
    }

    /// - Throws: `CommandFailure`; nothing is changed then.
    public mutating func apply(_ order: ScrewOrder) throws(CommandFailure) {
        try checkShown(order.planSHA256)
        let before = try pedicle(order.level, order.side)
        let sentence = try reviewed.apply(order)
        done.append(Step(sentence: sentence, before: before, after: try pedicle(order.level, order.side)))
        undone = []
    }

    /// Puts the pedicle of the last change back as it was, to the last character of plan.json.
    ///
    /// - Throws: `CommandFailure`; nothing is changed then.
    public mutating func undo(shown planSHA256: String) throws(CommandFailure) {
        try checkShown(planSHA256)
        guard let step = done.last else { throw nothing("undo") }
        try reviewed.putBack(step.before, saying: "undone: \(step.sentence)")
        undone.append(done.removeLast())
    }

    /// - Throws: `CommandFailure`; nothing is changed then.
    public mutating func redo(shown planSHA256: String) throws(CommandFailure) {
        try checkShown(planSHA256)
        guard let step = undone.last else { throw nothing("redo") }
        try reviewed.putBack(step.after, saying: "done again: \(step.sentence)")
        done.append(undone.removeLast())
    }

    /// From now on nothing is tried or changed.
    ///
    public mutating func end() -> Outcome {
        isOver = true
        let isOurs = (try? reviewed.catchUp()) == false
        return isOurs ? Outcome(standing: done, overtaken: overtaken) : Outcome(standing: [], overtaken: overtaken + done)
    }

    /// A page that shows an older state, as another window or a page from before another run's change does, must not change this one.
    private func checkShown(_ planSHA256: String) throws(CommandFailure) {
        guard !isOver else { throw CommandFailure(.storage, code: "review_over", what: "this review has ended; nothing was changed") }
        guard planSHA256 == reviewed.planSHA256 else {
            throw CommandFailure(
                .integrity, code: "stale_page", what: "this page shows an older state of the plan; nothing was changed. Reload the page")
        }
    }

    private func pedicle(_ level: String, _ side: Side) throws(CommandFailure) -> PlanFile.Screw {
        guard let screw = reviewed.plan.screws.first(where: { $0.level == level && $0.side == side }) else {
            throw CommandFailure(.usage, code: "level_not_in_plan", what: "the plan has no pedicle \(level) \(side.rawValue)")
        }
        return screw
    }

    private func nothing(_ what: String) -> CommandFailure {
        CommandFailure(.usage, code: "nothing_to_\(what)", what: "there is nothing to \(what)")
    }
}

/// What the page shows beside the report.
public struct ReviewState: Encodable, Sendable {
    struct Pedicle: Encodable, Sendable {
        let level: String
        let side: Side
        let status: String
        let hasScrew: Bool
        /// Why no screw can be judged here.
        let closure: String?

        enum CodingKeys: String, CodingKey {
            case level, side, status, closure
            case hasScrew = "has_screw"
        }
    }

    let planSHA256: String
    /// Sentences, the last change at the end.
    let applied: [String]
    /// Sentences, the change that would be done again first at the end.
    let undone: [String]
    let approval: ApprovalSummary
    let approvalText: String
    /// What a person should know of the review itself.
    let notice: String?
    /// The screws that are made.
    let screws: [ScrewCatalogue.Screw]
    /// As the screws of plan.json.
    let pedicles: [Pedicle]

    enum CodingKeys: String, CodingKey {
        case applied, undone, approval, notice, screws, pedicles
        case planSHA256 = "plan_sha256"
        case approvalText = "approval_text"
    }
}
