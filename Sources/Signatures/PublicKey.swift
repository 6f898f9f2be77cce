import COpenSSL
import Foundation

/// The public half of an Ed25519 key.
public struct PublicKey: Equatable, Hashable, Sendable {
    /// SubjectPublicKeyInfo (RFC 8410); base64 of it between the lines of PEM is a file that `openssl pkey -pubin` reads.
    public let der: Data

    init(unchecked der: Data) { self.der = der }

    /// - Throws: `SignatureError`.
    public init(der: Data) throws(SignatureError) {
        let key = der.withUnsafeBytes { bytes in
            var start = bytes.bindMemory(to: UInt8.self).baseAddress
            return d2i_PUBKEY(nil, &start, bytes.count)
        }
        guard let key else { throw .notAKey }
        defer { EVP_PKEY_free(key) }
        guard EVP_PKEY_is_a(key, "ED25519") == 1 else { throw .notEd25519 }
        self.der = der
    }

    /// Reads the PEM of a public key.
    ///
    /// - Throws: `SignatureError`.
    public init(pem: Data) throws(SignatureError) {
        guard let key = reading(pem, { PEM_read_bio_PUBKEY($0, nil, refusesToAsk, nil) }) else { throw .notAKey }
        defer { EVP_PKEY_free(key) }
        guard EVP_PKEY_is_a(key, "ED25519") == 1 else { throw .notEd25519 }
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = i2d_PUBKEY(key, &bytes)
        guard count > 0, let bytes else { throw .notAKey }
        defer { CRYPTO_free(bytes, #file, #line) }
        der = Data(bytes: bytes, count: Int(count))
    }

    public var pem: String {
        "-----BEGIN PUBLIC KEY-----\n\(der.base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed]))\n-----END PUBLIC KEY-----\n"
    }

    /// Whether these 64 bytes are this key's signature of `message`.
    public func verifies(_ signature: Data, of message: Data) -> Bool {
        guard signature.count == 64, let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        let key = der.withUnsafeBytes { bytes in
            var start = bytes.bindMemory(to: UInt8.self).baseAddress
            return d2i_PUBKEY(nil, &start, bytes.count)
        }
        guard let key else { return false }
        defer { EVP_PKEY_free(key) }
        return signature.withUnsafeBytes { signed in
            message.withUnsafeBytes { bytes in
                EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
                    && EVP_DigestVerify(
                        context, signed.bindMemory(to: UInt8.self).baseAddress, signed.count, bytes.bindMemory(to: UInt8.self).baseAddress,
                        bytes.count) == 1
            }
        }
    }
}
