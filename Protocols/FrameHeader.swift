/// How the pixels of a message are written: row by row, the first row and its first column first, without padding.
public enum FrameEncoding: String, Codable, Sendable, CaseIterable {
    case uint8
    case uint16 = "uint16le"
    /// IEEE 754; what is not finite is no value.
    case float32 = "float32le"

    public var bytesPerPixel: Int {
        switch self {
        case .uint8: 1
        case .uint16: 2
        case .float32: 4
        }
    }
}

/// The second part of a message of a live stream: which frame it brings and where its camera stood, or that the stream is at its end
/// (Specification/frame-stream.md, frame-message.schema.json).
public enum FrameHeader: Equatable, Sendable {
    case frame(StreamedFrameHeader)
    case end(stream: String)
}

/// What a message says of its frame.
public struct StreamedFrameHeader: Equatable, Sendable {
    /// Names one run of one sender: 8 to 64 letters, digits, - and _.
    public var stream: String
    /// Rises from each moment to the next, 0 to 2^31 - 1; the same in all views of a moment.
    public var moment: Int
    /// Seconds on any clock that all views share and that never goes back.
    public var timeS: Double
    /// All views of every moment, by their names; the same in all messages of a stream.
    public var views: [String]
    /// This frame's view as in geometry.json; the one frame in it has no file.
    public var view: FluoroscopyView
    public var encoding: FrameEncoding

    public init(stream: String, moment: Int, timeS: Double, views: [String], view: FluoroscopyView, encoding: FrameEncoding) {
        self.stream = stream
        self.moment = moment
        self.timeS = timeS
        self.views = views
        self.view = view
        self.encoding = encoding
    }
}

extension FrameHeader: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case schema
        case schemaVersion = "schema_version"
        case kind, stream, moment
        case timeS = "time_s"
        case views, view, encoding
    }

    private enum Kind: String, Codable { case frame, end }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(CodingKeys.self)
        try object.checkSchema("lamina.frame-message", .schema, .schemaVersion)
        let stream = try object.decode(String.self, forKey: .stream)
        guard (8...64).contains(stream.utf8.count), stream.allSatisfy(\.isPlain) else {
            throw object.error(.stream, "a stream's name has 8 to 64 letters, digits, - and _, and is new at every start of the sender")
        }
        switch try object.decode(Kind.self, forKey: .kind) {
        case .end:
            guard object.allKeys.count == 4 else { throw object.error(nil, "an end has schema, schema_version, kind and stream alone") }
            self = .end(stream: stream)
        case .frame: self = .frame(try FrameHeader.frame(of: stream, object))
        }
    }

    private static func frame(of stream: String, _ object: KeyedDecodingContainer<CodingKeys>) throws -> StreamedFrameHeader {
        let moment = try object.wholeNumber(.moment)
        guard (0...Int(Int32.max)).contains(moment) else {
            throw object.error(.moment, "moments count from 0 to \(Int32.max), found \(moment)")
        }
        let timeS = try object.decode(Double.self, forKey: .timeS)
        let views = try object.decode([String].self, forKey: .views)
        guard (1...8).contains(views.count), Set(views.map { $0.lowercased() }).count == views.count else {
            throw object.error(.views, "this needs the names of one to eight views, each once")
        }
        guard object.contains(.view) else {
            throw DecodingError.keyNotFound(CodingKeys.view, .init(codingPath: object.codingPath, debugDescription: ""))
        }
        let view = try FluoroscopyView(from: object.superDecoder(forKey: .view), bringing: FluoroscopyFrame(file: "", timeS: timeS))
        guard views.contains(view.name) else { throw object.error(.views, "the frame's own view, \(view.name), is not among them; add it") }
        return StreamedFrameHeader(
            stream: stream, moment: moment, timeS: timeS, views: views, view: view,
            encoding: try object.decode(FrameEncoding.self, forKey: .encoding))
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode("lamina.frame-message", forKey: .schema)
        try object.encode("1.0.0", forKey: .schemaVersion)
        switch self {
        case .end(let stream):
            try object.encode(Kind.end, forKey: .kind)
            try object.encode(stream, forKey: .stream)
        case .frame(let frame):
            try object.encode(Kind.frame, forKey: .kind)
            try object.encode(frame.stream, forKey: .stream)
            try object.encode(frame.moment, forKey: .moment)
            try object.encode(frame.timeS, forKey: .timeS)
            try object.encode(frame.views, forKey: .views)
            try frame.view.encodeWithoutFrames(to: object.superEncoder(forKey: .view))
            try object.encode(frame.encoding, forKey: .encoding)
        }
    }
}
