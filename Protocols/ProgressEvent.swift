/// One line of progress on stderr when stderr is not a terminal: a JSON object without line breaks (Specification/progress.schema.json).
public enum ProgressEvent: Equatable, Sendable {
    case stageStarted(stage: String)
    /// `done` of `total` steps of a stage, in no unit.
    case progress(stage: String, done: Int, total: Int)
    /// Wall-clock seconds.
    case stageFinished(stage: String, seconds: Double)
    case warning(CommandWarning)
    case failure(CommandFailure)
}

extension ProgressEvent: Codable {
    enum CodingKeys: String, CodingKey { case event, stage, done, total, seconds, warning, error }

    private enum Kind: String, Codable {
        case stageStarted = "stage_started"
        case progress
        case stageFinished = "stage_finished"
        case warning
        case failure
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        switch try fields.decode(Kind.self, forKey: .event) {
        case .stageStarted: self = .stageStarted(stage: try fields.decode(String.self, forKey: .stage))
        case .progress:
            self = .progress(
                stage: try fields.decode(String.self, forKey: .stage), done: try fields.decode(Int.self, forKey: .done),
                total: try fields.decode(Int.self, forKey: .total))
        case .stageFinished:
            self = .stageFinished(
                stage: try fields.decode(String.self, forKey: .stage), seconds: try fields.decode(Double.self, forKey: .seconds))
        case .warning: self = .warning(try fields.decode(CommandWarning.self, forKey: .warning))
        case .failure: self = .failure(try fields.decode(CommandFailure.self, forKey: .error))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .stageStarted(let stage):
            try fields.encode(Kind.stageStarted, forKey: .event)
            try fields.encode(stage, forKey: .stage)
        case .progress(let stage, let done, let total):
            try fields.encode(Kind.progress, forKey: .event)
            try fields.encode(stage, forKey: .stage)
            try fields.encode(done, forKey: .done)
            try fields.encode(total, forKey: .total)
        case .stageFinished(let stage, let seconds):
            try fields.encode(Kind.stageFinished, forKey: .event)
            try fields.encode(stage, forKey: .stage)
            try fields.encode(seconds, forKey: .seconds)
        case .warning(let warning):
            try fields.encode(Kind.warning, forKey: .event)
            try fields.encode(warning, forKey: .warning)
        case .failure(let failure):
            try fields.encode(Kind.failure, forKey: .event)
            try fields.encode(failure, forKey: .error)
        }
    }
}
