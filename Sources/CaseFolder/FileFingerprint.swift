import Digests
import Foundation

/// Size and SHA-256 of a file's bytes.
public struct FileFingerprint: Codable, Equatable, Sendable {
    public let bytes: Int64
    /// Lower-case hexadecimal.
    public let sha256: String

    public init(bytes: Int64, sha256: String) { (self.bytes, self.sha256) = (bytes, sha256) }
}

/// The fingerprint of the file at a path, read in pieces of 1 MiB so that memory does not grow with the file.
///
/// - Throws: `CaseFolderError.system` when it cannot be read.
/// - Complexity: O(bytes).
public func fingerprint(ofFileAt path: String) throws -> FileFingerprint {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw CaseFolderError.last("read", path) }
    defer { close(file) }
    var digest = SHA256Digest()
    var total: Int64 = 0
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { piece.deallocate() }
    while true {
        let count = read(file, piece.baseAddress, piece.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw CaseFolderError.last("read", path) }
        guard count > 0 else { break }
        digest.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
        total += Int64(count)
    }
    return FileFingerprint(bytes: total, sha256: digest.hexadecimal())
}

/// The SHA-256 of several files together: that of their own SHA-256s, sorted, one a line, as `sha256sum * | cut -c1-64 | sort | sha256sum` has it.
/// Neither the files' names nor their order count. One file's is its own.
public func combinedSHA256(_ digests: [String]) -> String {
    guard digests.count != 1 else { return digests[0] }
    return sha256(of: Data(digests.sorted().map { $0 + "\n" }.joined().utf8))
}
