import COpenSSL
import Foundation

/// The SHA-256 of bytes that come in pieces (FIPS 180-4), through libcrypto.
public struct SHA256Digest: ~Copyable {
    private let context: OpaquePointer

    public init() {
        guard let context = EVP_MD_CTX_new() else { fatalError("out of memory") }
        precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "libcrypto has no SHA-256")
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes the next bytes. Complexity: O(bytes).
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// The digest of the bytes taken so far, 64 digits of lower-case hexadecimal. More may follow.
    public func hexadecimalSoFar() -> String {
        guard let copy = EVP_MD_CTX_new() else { fatalError("out of memory") }
        precondition(EVP_MD_CTX_copy_ex(copy, context) == 1, "libcrypto cannot copy a SHA-256")
        return SHA256Digest(context: copy).hexadecimal()
    }

    private init(context: OpaquePointer) { self.context = context }

    /// The digest of all bytes taken, 64 digits of lower-case hexadecimal.
    public consuming func hexadecimal() -> String {
        var hash = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &hash, nil)
        return hash.map { String(format: "%02x", $0) }.joined()
    }
}

/// The SHA-256 of bytes that are all here, 64 digits of lower-case hexadecimal.
public func sha256(of bytes: Data) -> String {
    var digest = SHA256Digest()
    bytes.withUnsafeBytes { digest.update($0) }
    return digest.hexadecimal()
}

/// Name and version of the library that hashes, such as "OpenSSL 3.0.17 1 Jul 2025".
public func digestLibraryVersion() -> String { String(cString: OpenSSL_version(OPENSSL_VERSION)) }
