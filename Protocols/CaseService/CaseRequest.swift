/// What a client asks the case service for (Specification/case-service.md).
public enum CaseRequest: Equatable, Sendable {
    /// What files there are.
    case listing
    /// One of them, by its name.
    case file(String)

    public static let greatestBytes = 1024
}

extension CaseRequest: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case schema
        case schemaVersion = "schema_version"
        case file
    }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(CodingKeys.self)
        try object.checkSchema("lamina.case-request", .schema, .schemaVersion)
        self = try object.decodeIfPresent(String.self, forKey: .file).map(CaseRequest.file) ?? .listing
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode("lamina.case-request", forKey: .schema)
        try object.encode("1.0.0", forKey: .schemaVersion)
        if case .file(let name) = self { try object.encode(name, forKey: .file) }
    }
}
