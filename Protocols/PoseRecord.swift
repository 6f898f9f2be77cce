import Anatomy
import Frames

/// How far a vertebra's pose can be trusted.
public enum PoseState: String, Codable, Sendable, CaseIterable {
    case ok = "OK"
    case degraded = "DEGRADED"
    /// Not found: it has no pose.
    case lost = "LOST"
    /// Of a simulation, known exactly.
    case truth = "TRUE"
}

/// One line of poses.jsonl or truth.jsonl: where the vertebrae stood at one moment (Specification/fluoroscopy.md, poses.schema.json).
public struct PoseRecord: Equatable, Sendable {
    /// Counted from 0.
    public var frame: Int
    public var timeS: Double
    /// Whether the names of the levels are an estimate: the right vertebrae, but all names may be off by the same number. Nil where a line of version 1.1 or
    /// older does not say.
    public var levelEstimated: Bool?
    /// Each level once.
    public var vertebrae: [VertebraPose]
    /// Each planned screw of these levels once; nil where none was looked for.
    public var screws: [ScrewPose]?

    public init(frame: Int, timeS: Double, levelEstimated: Bool, vertebrae: [VertebraPose], screws: [ScrewPose]? = nil) {
        self.frame = frame
        self.timeS = timeS
        self.levelEstimated = levelEstimated
        self.vertebrae = vertebrae
        self.screws = screws
    }
}

extension PoseRecord: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case schema
        case schemaVersion = "schema_version"
        case frame
        case timeS = "time_s"
        case levelEstimated = "level_estimated"
        case vertebrae, screws
    }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(CodingKeys.self)
        try object.checkSchema("lamina.poses", .schema, .schemaVersion)
        frame = try object.wholeNumber(.frame)
        guard frame >= 0 else { throw object.error(.frame, "frames count from 0, found \(frame)") }
        timeS = try object.decode(Double.self, forKey: .timeS)
        levelEstimated = try object.decodeIfPresent(Bool.self, forKey: .levelEstimated)
        vertebrae = try object.decode([VertebraPose].self, forKey: .vertebrae)
        guard Set(vertebrae.map(\.level)).count == vertebrae.count else {
            throw object.error(.vertebrae, "a level stands there twice; keep one")
        }
        screws = try object.decodeIfPresent([ScrewPose].self, forKey: .screws)
        guard Set((screws ?? []).map { "\($0.level) \($0.side)" }).count == screws?.count ?? 0 else {
            throw object.error(.screws, "a screw stands there twice; keep one")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode("lamina.poses", forKey: .schema)
        try object.encode("1.2.0", forKey: .schemaVersion)
        try object.encode(frame, forKey: .frame)
        try object.encode(timeS, forKey: .timeS)
        try object.encodeIfPresent(levelEstimated, forKey: .levelEstimated)
        try object.encode(vertebrae, forKey: .vertebrae)
        try object.encodeIfPresent(screws, forKey: .screws)
    }
}
