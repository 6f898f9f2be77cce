import Foundation

/// One line of a recording of navigation (Specification/recording.md): what was seen, what was sent, what was decided, in the order in which it happened.
public struct RecordingEntry: Equatable, Sendable {
    /// From 0.
    public var number: Int
    /// SHA-256 of the line before, without its end; 64 zeros in the first.
    public var previous: String
    /// Of the machine's UTC clock, nanoseconds since 1970: when the line was written.
    public var timeNS: Int64
    public var content: Content

    public enum Content: Equatable, Sendable {
        /// The first line: who records what.
        case begin(lamina: String, planSHA256: String, source: StreamSource)
        /// X-ray frames of one moment, before they are tracked. `sha256`: of each view's shares of X-rays that passed, 32-bit little-endian floats, row by row; as many as views.
        case frames(moment: Int, timeS: Double, sha256: [String])
        /// A tick as it was sent, topic and all.
        case tick(Data)
        /// Something that a person may ask about later: a start, a doubt, a warning.
        case decision(code: String, message: String)
        /// The last line of a recording that was closed.
        case end
    }

    public init(number: Int, previous: String, timeNS: Int64, content: Content) {
        (self.number, self.previous, self.timeNS, self.content) = (number, previous, timeNS, content)
    }
}

extension RecordingEntry: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case number, previous, kind, lamina, source, moment, sha256, tick, code, message, schema
        case timeNS = "time_ns"
        case schemaVersion = "schema_version"
        case planSHA256 = "plan_sha256"
        case timeS = "time_s"
    }

    private enum Kind: String, Codable { case begin, frames, tick, decision, end }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(CodingKeys.self)
        number = try object.wholeNumber(.number)
        previous = try object.decode(String.self, forKey: .previous)
        timeNS = try object.decode(Int64.self, forKey: .timeNS)
        switch try object.decode(Kind.self, forKey: .kind) {
        case .begin:
            try object.checkSchema("lamina.recording", .schema, .schemaVersion)
            content = .begin(
                lamina: try object.decode(String.self, forKey: .lamina), planSHA256: try object.decode(String.self, forKey: .planSHA256),
                source: try object.decode(StreamSource.self, forKey: .source))
        case .frames:
            content = .frames(
                moment: try object.wholeNumber(.moment), timeS: try object.decode(Double.self, forKey: .timeS),
                sha256: try object.decode([String].self, forKey: .sha256))
        case .tick: content = .tick(try object.decode(Data.self, forKey: .tick))
        case .decision:
            content = .decision(
                code: try object.decode(String.self, forKey: .code), message: try object.decode(String.self, forKey: .message))
        case .end: content = .end
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(number, forKey: .number)
        try object.encode(previous, forKey: .previous)
        try object.encode(timeNS, forKey: .timeNS)
        switch content {
        case .begin(let lamina, let planSHA256, let source):
            try object.encode(Kind.begin, forKey: .kind)
            try object.encode("lamina.recording", forKey: .schema)
            try object.encode("1.0.0", forKey: .schemaVersion)
            try object.encode(lamina, forKey: .lamina)
            try object.encode(planSHA256, forKey: .planSHA256)
            try object.encode(source, forKey: .source)
        case .frames(let moment, let timeS, let sha256):
            try object.encode(Kind.frames, forKey: .kind)
            try object.encode(moment, forKey: .moment)
            try object.encode(timeS, forKey: .timeS)
            try object.encode(sha256, forKey: .sha256)
        case .tick(let bytes):
            try object.encode(Kind.tick, forKey: .kind)
            try object.encode(bytes, forKey: .tick)
        case .decision(let code, let message):
            try object.encode(Kind.decision, forKey: .kind)
            try object.encode(code, forKey: .code)
            try object.encode(message, forKey: .message)
        case .end: try object.encode(Kind.end, forKey: .kind)
        }
    }
}
