import COpenSSL
import Foundation

/// Size and SHA-256 of a file's bytes.
public struct FileFingerprint: Codable, Equatable, Sendable {
    public let bytes: Int64
    /// Lower-case hexadecimal.
    public let sha256: String
}

/// The fingerprint of the file at a path, read in pieces of 1 MiB so that memory does not grow with the file.
///
/// - Throws: `CaseFolderError.system` when it cannot be read.
/// - Complexity: O(bytes).
public func fingerprint(ofFileAt path: String) throws -> FileFingerprint {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw CaseFolderError.last("read", path) }
    defer { close(file) }
    guard let digest = EVP_MD_CTX_new() else { fatalError("out of memory") }
    defer { EVP_MD_CTX_free(digest) }
    precondition(EVP_DigestInit_ex(digest, EVP_sha256(), nil) == 1, "libcrypto has no SHA-256")

    var total: Int64 = 0
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { piece.deallocate() }
    while true {
        let count = read(file, piece.baseAddress, piece.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw CaseFolderError.last("read", path) }
        guard count > 0 else { break }
        EVP_DigestUpdate(digest, piece.baseAddress, count)
        total += Int64(count)
    }
    var hash = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(digest, &hash, nil)
    return FileFingerprint(bytes: total, sha256: hexadecimal(hash))
}

/// The SHA-256 of several files together: that of their own SHA-256s, sorted, one a line, as `sha256sum * | cut -c1-64 | sort | sha256sum` has it.
/// Neither the files' names nor their order count. One file's is its own.
public func combinedSHA256(_ digests: [String]) -> String {
    guard digests.count != 1 else { return digests[0] }
    let text = Data(digests.sorted().map { $0 + "\n" }.joined().utf8)
    var hash = [UInt8](repeating: 0, count: 32)
    let status = text.withUnsafeBytes { EVP_Digest($0.baseAddress, $0.count, &hash, nil, EVP_sha256(), nil) }
    precondition(status == 1, "libcrypto has no SHA-256")
    return hexadecimal(hash)
}

private func hexadecimal(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }

/// Name and version of the library that hashes, such as "OpenSSL 3.0.17 1 Jul 2025".
public func digestLibraryVersion() -> String { String(cString: OpenSSL_version(OPENSSL_VERSION)) }
