import Anatomy
import Foundation

/// What a run did, printed once on stdout with `--json` (Specification/summary.schema.json).
public struct RunSummary: Codable, Equatable, Sendable {
    public let schema: String
    public let schemaVersion: String
    public let laminaVersion: String
    public let command: String
    public let exitCode: Int32
    /// `CommandExit.name`.
    public let exit: String
    /// The folder or file that was written; nil when nothing was.
    public var output: String?
    /// Present after `lamina plan`.
    public var screws: [ScrewSummary]?
    /// Present after `lamina adjust` and `lamina review`.
    public var changes: [ScrewChangeSummary]?
    /// Present after a command that looked at a case's approval.
    public var approval: ApprovalSummary?
    /// Present after `lamina evaluate`: Specification/evaluation.schema.json.
    public var evaluation: JSONValue?
    public var warnings: [CommandWarning]
    public var stages: [StageTiming]
    /// Largest resident size of the process.
    public var peakMemoryBytes: Int64?
    /// Present when the run failed.
    public var error: CommandFailure?

    public init(
        laminaVersion: String, command: String, exit: CommandExit, output: String? = nil, screws: [ScrewSummary]? = nil,
        changes: [ScrewChangeSummary]? = nil, approval: ApprovalSummary? = nil, evaluation: JSONValue? = nil,
        warnings: [CommandWarning] = [], stages: [StageTiming] = [], peakMemoryBytes: Int64? = nil,
        error: CommandFailure? = nil
    ) {
        schema = "lamina.summary"
        schemaVersion = "1.3.0"
        self.laminaVersion = laminaVersion
        self.command = command
        exitCode = exit.rawValue
        self.exit = exit.name
        self.output = output
        self.screws = screws
        self.changes = changes
        self.approval = approval
        self.evaluation = evaluation
        self.warnings = warnings
        self.stages = stages
        self.peakMemoryBytes = peakMemoryBytes
        self.error = error
    }

    enum CodingKeys: String, CodingKey {
        case schema
        case schemaVersion = "schema_version"
        case laminaVersion = "lamina_version"
        case command
        case exitCode = "exit_code"
        case exit, output, screws, changes, approval, evaluation, warnings, stages
        case peakMemoryBytes = "peak_memory_bytes"
        case error
    }
}

/// One pedicle in a summary; the whole of it stands in plan.json.
public struct ScrewSummary: Codable, Equatable, Sendable {
    /// "T12".
    public let level: String
    public let side: Side
    /// As in plan.json: "planned", "refused", "adjusted", "risk_accepted" or "removed".
    public let status: String
    /// Codes of the reasons for the refusal or the choice.
    public let reasons: [String]
    public let diameterMM: Double?
    public let lengthMM: Double?
    public let grade: String?

    public init(
        level: String, side: Side, status: String, reasons: [String], diameterMM: Double?, lengthMM: Double?, grade: String?
    ) {
        self.level = level
        self.side = side
        self.status = status
        self.reasons = reasons
        self.diameterMM = diameterMM
        self.lengthMM = lengthMM
        self.grade = grade
    }

    enum CodingKeys: String, CodingKey {
        case level, side, status, reasons
        case diameterMM = "diameter_mm"
        case lengthMM = "length_mm"
        case grade
    }
}

/// One pedicle that a person changed; the whole of it stands in plan.json.
public struct ScrewChangeSummary: Codable, Equatable, Sendable {
    /// What is worse, or which rule is broken, with its numbers.
    public struct Note: Codable, Equatable, Sendable {
        public let code: String
        public let message: String
        public let values: [String: Double]

        public init(code: String, message: String, values: [String: Double]) {
            (self.code, self.message, self.values) = (code, message, values)
        }
    }

    public let level: String
    public let side: Side
    /// "moved", "added" or "removed".
    public let action: String
    public let status: String
    /// The status before.
    public let before: String
    public let worse: [Note]
    public let broken: [Note]
    /// Why the screw stands although it breaks a rule.
    public let acceptedRisk: String?

    public init(
        level: String, side: Side, action: String, status: String, before: String, worse: [Note], broken: [Note], acceptedRisk: String?
    ) {
        (self.level, self.side, self.action, self.status, self.before) = (level, side, action, status, before)
        (self.worse, self.broken, self.acceptedRisk) = (worse, broken, acceptedRisk)
    }

    enum CodingKeys: String, CodingKey {
        case level, side, action, status, before, worse, broken
        case acceptedRisk = "accepted_risk"
    }
}

/// Whether a plan is approved as it stands, and by whom.
public struct ApprovalSummary: Codable, Equatable, Sendable {
    public enum State: String, Codable, Sendable {
        case approved, void
        case notApproved = "not_approved"
    }

    public struct Signature: Codable, Equatable, Sendable {
        public let by: String
        /// UTC, ISO 8601.
        public let time: Date
        /// SHA-256 of the public key (SubjectPublicKeyInfo).
        public let keySHA256: String
        /// Whether the key is one that the caller named.
        public let isTrusted: Bool

        public init(by: String, time: Date, keySHA256: String, isTrusted: Bool) {
            (self.by, self.time, self.keySHA256, self.isTrusted) = (by, time, keySHA256, isTrusted)
        }

        enum CodingKeys: String, CodingKey {
            case by, time
            case keySHA256 = "key_sha256"
            case isTrusted = "trusted"
        }
    }

    public let state: State
    /// Of an approval that is void too.
    public let signatures: [Signature]

    public init(state: State, signatures: [Signature]) { (self.state, self.signatures) = (state, signatures) }
}

/// Wall-clock time of one stage of a run.
public struct StageTiming: Codable, Equatable, Sendable {
    public let name: String
    public let seconds: Double

    public init(name: String, seconds: Double) {
        self.name = name
        self.seconds = seconds
    }
}
