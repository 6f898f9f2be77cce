import Foundation
import Protocols

/// The record of how a case was made: manifest.json (Protocols/Specification/manifest.schema.json).
///
/// Times of day stand here and nowhere else, so that every other file of a case has the same bytes from run to run.
public struct Manifest: Codable, Equatable, Sendable {
    public static let fileName = "manifest.json"
    static let schemaName = "lamina.manifest"
    static let version = "1.2.0"
    static let majorVersion = "1."

    public let schema: String
    public let schemaVersion: String
    public let convention: String
    public let laminaVersion: String
    /// The command line as it was typed.
    public let arguments: [String]
    public let exitCode: Int32
    /// UTC, ISO 8601.
    public let startedAt: Date
    public let finishedAt: Date
    public let host: Host
    /// Names and versions of the libraries that took part.
    public let engines: [String: String]
    /// Every parameter that shaped the output, by stage.
    public let parameters: [String: JSONValue]
    public let inputs: [FileRecord]
    /// Which scan went in and what its files say about it; nil where none did.
    public let image: JSONValue?
    /// Every file of the case but the manifest itself and the audit, sorted by path.
    public internal(set) var outputs: [FileRecord]
    /// The case's history, which names this manifest's hash and grows after it; nil where none is kept.
    public internal(set) var auditFile: String?
    public let stages: [StageTiming]
    public let warnings: [CommandWarning]
    /// Measured facts about outputs, such as how far each mesh lies from its mask.
    public let measurements: [String: JSONValue]

    public init(
        laminaVersion: String, arguments: [String], exit: CommandExit, startedAt: Date, finishedAt: Date, engines: [String: String],
        parameters: [String: JSONValue], inputs: [FileRecord], image: JSONValue? = nil, stages: [StageTiming],
        warnings: [CommandWarning], measurements: [String: JSONValue] = [:]
    ) {
        schema = Manifest.schemaName
        schemaVersion = Manifest.version
        convention = "LPS-mm-RH"
        self.laminaVersion = laminaVersion
        self.arguments = arguments
        exitCode = exit.rawValue
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        host = .current
        self.engines = engines
        self.parameters = parameters
        self.inputs = inputs
        self.image = image
        outputs = []
        self.stages = stages
        self.warnings = warnings
        self.measurements = measurements
    }

    enum CodingKeys: String, CodingKey {
        case schema
        case schemaVersion = "schema_version"
        case convention
        case laminaVersion = "lamina_version"
        case arguments
        case exitCode = "exit_code"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case auditFile = "audit_file"
        case host, engines, parameters, inputs, image, outputs, stages, warnings, measurements
    }
}

/// A file that went in or came out. Inputs keep the path as it was given, outputs the path inside the case.
public struct FileRecord: Codable, Equatable, Sendable {
    public let path: String
    public let bytes: Int64
    public let sha256: String

    public init(path: String, fingerprint: FileFingerprint) {
        self.path = path
        bytes = fingerprint.bytes
        sha256 = fingerprint.sha256
    }
}

/// The least about the machine that helps to explain a difference.
public struct Host: Codable, Equatable, Sendable {
    public let system: String
    public let architecture: String
    public let cores: Int

    static var current: Host {
        var name = utsname()
        uname(&name)
        let machine = withUnsafeBytes(of: &name.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let process = ProcessInfo.processInfo
        return Host(system: process.operatingSystemVersionString, architecture: machine, cores: process.processorCount)
    }
}

extension CaseDraft {
    /// Fingerprints of what was read: the file itself, or every file of a folder and every link to a file, sorted by path. What this very
    /// draft writes or replaces inside that folder is left out.
    ///
    /// - Throws: `CaseFolderError.system`.
    public func inputRecords(at path: String) throws -> [FileRecord] {
        let own = [folder, target].map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path + "/" }
        return try filePaths(under: path).filter { file in
            let place = URL(fileURLWithPath: file).resolvingSymlinksInPath().path
            return file == path || (fileKind(of: file, following: true) == S_IFREG && !own.contains { place.hasPrefix($0) })
        }.map { FileRecord(path: $0, fingerprint: try fingerprint(ofFileAt: $0)) }
    }
}

/// Files by their bytes as they are now, each under its path as given.
///
/// - Throws: `CaseFolderError.system`.
/// - Complexity: O(bytes).
public func fileRecords(of paths: [String]) throws -> [FileRecord] {
    try paths.map { FileRecord(path: $0, fingerprint: try fingerprint(ofFileAt: $0)) }
}

/// Makes sure that files read since they were recorded are still the same, so that the records are of the bytes that were read.
///
/// - Throws: `CaseFolderError.inputChanged` for the first one that is not; `.system`.
/// - Complexity: O(bytes).
public func checkUnchanged(_ records: [FileRecord]) throws {
    for record in records where try fileRecords(of: [record.path]) != [record] { throw CaseFolderError.inputChanged(path: record.path) }
}

/// `path` itself when it is a file; otherwise everything below it but folders, hidden files and links too, sorted. Links below it are not followed.
func filePaths(under path: String) throws -> [String] {
    guard let top = fileKind(of: path, following: true) else { throw CaseFolderError.last("read", path) }
    guard top == S_IFDIR else { return [path] }
    // The enumerator does not enter a link.
    let folder = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard let entries = FileManager.default.enumerator(atPath: folder) else { throw CaseFolderError.last("list", path) }
    return entries.compactMap { $0 as? String }.map { path + "/" + $0 }.filter { fileKind(of: $0, following: false) != S_IFDIR }.sorted()
}

/// What is at a path, such as `S_IFREG`; nil when nothing is.
func fileKind(of path: String, following links: Bool) -> mode_t? {
    var status = stat()
    guard (links ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
    return status.st_mode & S_IFMT
}
