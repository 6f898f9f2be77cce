/// A file that a publisher serves of its case.
public struct ServedFile: Codable, Equatable, Sendable {
    /// Such as "plan.json" or "meshes/T12.glb".
    public var name: String
    public var mediaType: String
    public var bytes: Int
    /// 64 hexadecimal digits.
    public var sha256: String
    /// Of a screw, as plan.json has it: "planned", or a person's "adjusted" or "risk_accepted"; nil for what is no screw.
    public var status: String?

    public init(name: String, mediaType: String, bytes: Int, sha256: String, status: String? = nil) {
        (self.name, self.mediaType, self.bytes, self.sha256, self.status) = (name, mediaType, bytes, sha256, status)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
        case mediaType = "media_type"
        case bytes, sha256, status
    }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(CodingKeys.self)
        name = try object.decode(String.self, forKey: .name)
        guard isServedName(name) else {
            throw object.error(
                .name, "a name has letters, digits, - and _, one / at most and an ending after a dot; found \(name.prefix(64))")
        }
        mediaType = try object.decode(String.self, forKey: .mediaType)
        bytes = try object.wholeNumber(.bytes)
        guard (1...greatestServedBytes).contains(bytes) else {
            throw object.error(.bytes, "a file has 1 to \(greatestServedBytes) bytes, found \(bytes)")
        }
        sha256 = try object.decode(String.self, forKey: .sha256)
        guard isSHA256(sha256) else { throw object.error(.sha256, "a SHA-256 has 64 hexadecimal digits") }
        status = try object.decodeIfPresent(String.self, forKey: .status)
    }
}

/// No file that is served is longer.
public let greatestServedBytes = 1 << 26

/// Whether a name is one that may become a path below a folder: nothing in it leads out again.
func isServedName(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), name.utf8.count <= 64 else { return false }
    let file = parts[parts.count - 1].split(separator: ".", omittingEmptySubsequences: false)
    return file.count == 2 && (parts.dropLast() + file).allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isPlain) }
}

func isSHA256(_ text: String) -> Bool { text.utf8.count == 64 && text.allSatisfy { $0.isHexDigit && !$0.isUppercase } }
