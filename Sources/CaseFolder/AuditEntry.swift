import Digests
import Foundation
import Protocols
import Signatures

/// One line of a case's audit.jsonl (Protocols/Specification/audit.schema.json): what was done to the case, when, and what the case was after it.
public struct AuditEntry: Codable, Equatable, Sendable {
    public enum Event: String, Codable, Sendable { case planned, relabelled, adjusted, approved, voided }

    public private(set) var schema = "lamina.audit"
    public private(set) var schemaVersion = "1.0.0"
    /// From 0.
    public let number: Int
    /// SHA-256 of the line before, without its end; 64 zeros in the first.
    public let previous: String
    /// UTC, whole seconds.
    public let time: Date
    public let event: Event
    public let laminaVersion: String
    /// Of manifest.json as this event left it; through it, of every file of the case.
    public let manifestSHA256: String
    /// Of plan.json and labels.nii.gz, and of the scan, all as the manifest has them.
    public let planSHA256: String?
    public let labelsSHA256: String?
    public let imageSHA256: String?
    /// Sentences: what was changed, or what made an approval void.
    public let changes: [String]
    /// Who approved; of a voided approval, whose it was.
    public let by: String?
    /// The approver's, base64 of SubjectPublicKeyInfo.
    public let publicKey: Data?
    /// SHA-256 of this line without `entry_sha256` and `signature`.
    public private(set) var entrySHA256: String?
    /// Ed25519 of the same bytes.
    public private(set) var signature: Data?

    enum CodingKeys: String, CodingKey {
        case schema, number, previous, time, event, changes, by, signature
        case schemaVersion = "schema_version"
        case laminaVersion = "lamina_version"
        case manifestSHA256 = "manifest_sha256"
        case planSHA256 = "plan_sha256"
        case labelsSHA256 = "labels_sha256"
        case imageSHA256 = "image_sha256"
        case publicKey = "public_key"
        case entrySHA256 = "entry_sha256"
    }

    /// - Parameters:
    ///   - manifest: as it stands in the case, and its bytes.
    ///   - key: signs the entry.
    init(
        _ event: Event, after chain: HashChain, of manifest: Manifest, bytes: Data, laminaVersion: String, changes: [String] = [],
        by: String? = nil, key: SigningKey? = nil
    ) throws {
        (number, previous, time) = (chain.number, chain.previous, Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down)))
        (self.event, self.laminaVersion, self.changes, self.by) = (event, laminaVersion, changes, by)
        func output(_ name: String) -> String? { manifest.outputs.first { $0.path == name }?.sha256 }
        manifestSHA256 = sha256(of: bytes)
        (planSHA256, labelsSHA256) = (output("plan.json"), output("labels.nii.gz"))
        if case .object(let image) = manifest.image, case .string(let digest) = image["sha256"] {
            imageSHA256 = digest
        } else {
            imageSHA256 = nil
        }
        publicKey = key?.publicKey.der
        let content = try signedBytes()
        entrySHA256 = sha256(of: content)
        signature = key?.signature(of: content)
    }

    /// The approver's.
    public var key: PublicKey? { publicKey.flatMap { try? PublicKey(der: $0) } }

    /// The line without `entry_sha256` and `signature`.
    func signedBytes() throws -> Data {
        var content = self
        (content.entrySHA256, content.signature) = (nil, nil)
        return try content.line()
    }

    /// As it stands in the file, without its end.
    func line() throws -> Data { try encodedJSON(self, oneLine: true).dropLast() }

    /// Whether nothing of a line was changed that says this: neither a character nor, where it is an approval, what was signed.
    func isWhole(as line: Data) -> Bool {
        // Lamina writes none, and a terminal would obey them.
        guard !(changes + [by ?? ""]).contains(where: hasControlCharacters) else { return false }
        guard let content = try? signedBytes(), entrySHA256 == sha256(of: content), (try? self.line()) == line else { return false }
        guard event == .approved else { return signature == nil && publicKey == nil }
        guard let key, let signature else { return false }
        return by != nil && key.verifies(signature, of: content)
    }
}

private func hasControlCharacters(_ text: String) -> Bool { text.unicodeScalars.contains { CharacterSet.controlCharacters.contains($0) } }
