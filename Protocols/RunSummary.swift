import Anatomy

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
        evaluation: JSONValue? = nil, warnings: [CommandWarning] = [], stages: [StageTiming] = [], peakMemoryBytes: Int64? = nil,
        error: CommandFailure? = nil
    ) {
        schema = "lamina.summary"
        schemaVersion = "1.2.0"
        self.laminaVersion = laminaVersion
        self.command = command
        exitCode = exit.rawValue
        self.exit = exit.name
        self.output = output
        self.screws = screws
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
        case exit, output, screws, evaluation, warnings, stages
        case peakMemoryBytes = "peak_memory_bytes"
        case error
    }
}

/// One pedicle in a summary; the whole of it stands in plan.json.
public struct ScrewSummary: Codable, Equatable, Sendable {
    /// "T12".
    public let level: String
    public let side: Side
    /// "planned" or "refused".
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

/// Wall-clock time of one stage of a run.
public struct StageTiming: Codable, Equatable, Sendable {
    public let name: String
    public let seconds: Double

    public init(name: String, seconds: Double) {
        self.name = name
        self.seconds = seconds
    }
}
