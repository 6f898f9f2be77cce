/// The first part of a reply of the case service; the second is the file's bytes, and empty where there is no file (Specification/case-service.md).
public enum CaseReply: Equatable, Sendable {
    case listing(planSHA256: String, files: [ServedFile])
    case file(planSHA256: String, ServedFile)
    case refused(code: Refusal, reason: String)

    public enum Refusal: String, Codable, Sendable {
        case badRequest = "bad_request"
        case noSuchFile = "no_such_file"
    }

    public static let greatestFileCount = 256
}

extension CaseReply: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case schema
        case schemaVersion = "schema_version"
        case kind
        case planSHA256 = "plan_sha256"
        case files, file, code, reason
    }

    private enum Kind: String, Codable { case listing, file, refused }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(CodingKeys.self)
        try object.checkSchema("lamina.case-reply", .schema, .schemaVersion)
        func planSHA256() throws -> String {
            let text = try object.decode(String.self, forKey: .planSHA256)
            guard isSHA256(text) else { throw object.error(.planSHA256, "a SHA-256 has 64 hexadecimal digits") }
            return text
        }
        switch try object.decode(Kind.self, forKey: .kind) {
        case .listing:
            let files = try object.decode([ServedFile].self, forKey: .files)
            guard files.count <= CaseReply.greatestFileCount, Set(files.map(\.name)).count == files.count else {
                throw object.error(.files, "it names at most \(CaseReply.greatestFileCount) files, each once")
            }
            self = .listing(planSHA256: try planSHA256(), files: files)
        case .file: self = .file(planSHA256: try planSHA256(), try object.decode(ServedFile.self, forKey: .file))
        case .refused:
            self = .refused(
                code: try object.decode(Refusal.self, forKey: .code), reason: try object.decode(String.self, forKey: .reason))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode("lamina.case-reply", forKey: .schema)
        try object.encode("1.0.0", forKey: .schemaVersion)
        switch self {
        case .listing(let planSHA256, let files):
            try object.encode(Kind.listing, forKey: .kind)
            try object.encode(planSHA256, forKey: .planSHA256)
            try object.encode(files, forKey: .files)
        case .file(let planSHA256, let file):
            try object.encode(Kind.file, forKey: .kind)
            try object.encode(planSHA256, forKey: .planSHA256)
            try object.encode(file, forKey: .file)
        case .refused(let code, let reason):
            try object.encode(Kind.refused, forKey: .kind)
            try object.encode(code, forKey: .code)
            try object.encode(reason, forKey: .reason)
        }
    }
}
