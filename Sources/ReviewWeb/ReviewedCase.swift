import Anatomy
import Foundation
import Planning
import Protocols
import Report

/// A case that a person reviews: its scan, labels and vertebrae are in memory, its files on disk.
///
/// Whatever throws leaves the case on disk as it was.
public protocol ReviewedCase {
    /// As it was last read from disk or written, verified.
    var plan: PlanFile { get }
    /// Of plan.json.
    var planSHA256: String { get }
    var approval: ApprovalSummary { get }
    /// In a sentence.
    var approvalText: String { get }
    /// The screws that are made.
    var catalogue: ScrewCatalogue { get }

    /// Why no screw can be judged in a pedicle, whatever risk is accepted; nil where one can.
    func closure(of level: String, _ side: Side) -> String?

    /// report.html as it was verified.
    ///
    /// - Throws: `CommandFailure`, also where another run changed the case.
    func report() throws(CommandFailure) -> Data

    /// Takes the case from disk anew where another run changed it.
    ///
    /// - Returns: whether one did.
    /// - Throws: `CommandFailure` for a case that is not whole, or that now stands on another scan or other labels.
    mutating func catchUp() throws(CommandFailure) -> Bool

    /// - Throws: `CommandFailure` for what cannot be done. A broken rule is no error, nor is what cannot be measured.
    func trial(of order: ScrewOrder) throws(CommandFailure) -> Trial

    /// Writes the case with the change, as `lamina adjust` does.
    ///
    /// - Returns: what was done, in a sentence.
    /// - Throws: `CommandFailure`, also for a broken rule without an accepted risk, and where another run changed the case meanwhile.
    mutating func apply(_ order: ScrewOrder) throws(CommandFailure) -> String

    /// Writes the case with a pedicle as it once was.
    ///
    /// - Parameter sentence: what is done thereby.
    /// - Throws: `CommandFailure`.
    mutating func putBack(_ screw: PlanFile.Screw, saying sentence: String) throws(CommandFailure)
}

/// How a screw would be. Nothing of it is in the case.
public enum Trial: Encodable, Sendable {
    case measured(MeasuredTrial)
    /// Nothing of it can be known, as of a screw that does not run through the pedicle's bone.
    case refused(code: String, message: String)

    private enum CodingKeys: String, CodingKey { case measured, refused }

    public func encode(to encoder: any Encoder) throws {
        var c = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .measured(let trial): try c.encode(trial, forKey: .measured)
        case .refused(let code, let message): try c.encode(["code": code, "message": message], forKey: .refused)
        }
    }
}

/// The figures of a screw that is tried, and what it would look like.
public struct MeasuredTrial: Encodable, Sendable {
    /// As it would stand in the plan.
    public var screw: PlanFile.Screw
    /// What stands in the plan.
    public var plan: PlanFile.Screw
    /// The hard rules that it breaks.
    public var broken: [Finding]
    /// What is worse than lamina's own screw.
    public var worse: [Finding]
    public var pictures: [TrialPicture]

    public init(screw: PlanFile.Screw, plan: PlanFile.Screw, broken: [Finding], worse: [Finding], pictures: [TrialPicture]) {
        (self.screw, self.plan, self.broken, self.worse, self.pictures) = (screw, plan, broken, worse, pictures)
    }
}
