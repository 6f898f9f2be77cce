import COpenSSL
import Foundation

/// An Ed25519 key pair (RFC 8032), through libcrypto: it is in the process already, and its files are those that `openssl pkey` reads.
public final class SigningKey {
    let pointer: OpaquePointer

    private init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(pointer) }

    /// A new key of the system's random numbers.
    public static func generated() -> SigningKey {
        guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil) else { fatalError("out of memory") }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_keygen(context, &key) == 1, let key else {
            fatalError("libcrypto cannot make an Ed25519 key")
        }
        return SigningKey(key)
    }

    /// Reads a private key: PEM, PKCS 8, not encrypted.
    ///
    /// - Throws: `SignatureError`.
    public init(pem: Data) throws(SignatureError) {
        let key = reading(pem) { PEM_read_bio_PrivateKey($0, nil, refusesToAsk, nil) }
        guard let key else {
            throw String(decoding: pem, as: UTF8.self).contains("ENCRYPTED") ? .encrypted : .notAKey
        }
        pointer = key
        guard EVP_PKEY_is_a(key, "ED25519") == 1 else { throw .notEd25519 }
    }

    /// PEM, PKCS 8, not encrypted.
    public var pem: String {
        writing { PEM_write_bio_PKCS8PrivateKey($0, pointer, nil, nil, 0, nil, nil) }
    }

    public var publicKey: PublicKey {
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = i2d_PUBKEY(pointer, &bytes)
        guard count > 0, let bytes else { fatalError("libcrypto cannot write its own key") }
        defer { CRYPTO_free(bytes, #file, #line) }
        return PublicKey(unchecked: Data(bytes: bytes, count: Int(count)))
    }

    /// The 64 bytes that sign `message`; the same key and message give the same.
    public func signature(of message: Data) -> Data {
        guard let context = EVP_MD_CTX_new() else { fatalError("out of memory") }
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 64)
        var count = signature.count
        let isSigned = message.withUnsafeBytes { bytes in
            EVP_DigestSignInit(context, nil, nil, nil, pointer) == 1
                && EVP_DigestSign(context, &signature, &count, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count) == 1
        }
        guard isSigned, count == 64 else { fatalError("libcrypto cannot sign") }
        return Data(signature)
    }
}

/// Why a key cannot be used.
public enum SignatureError: Error, Equatable, Sendable {
    case notAKey
    case encrypted
    case notEd25519
}

extension SignatureError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notAKey: "this holds no key in PEM"
        case .encrypted: "this key is encrypted, and lamina never asks for a pass phrase; 'openssl pkey -in KEY -out PLAIN' decrypts it"
        case .notEd25519: "this is a key of another kind than Ed25519"
        }
    }
}

/// Without this libcrypto would ask for a pass phrase on the terminal.
let refusesToAsk: @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 = { _, _, _, _ in -1 }

/// Hands bytes to libcrypto as a file to read.
func reading(_ data: Data, _ read: (OpaquePointer) -> OpaquePointer?) -> OpaquePointer? {
    data.withUnsafeBytes { bytes in
        guard let source = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
        defer { BIO_free(source) }
        return read(source)
    }
}

/// The text that libcrypto writes.
func writing(_ write: (OpaquePointer) -> Int32) -> String {
    guard let sink = BIO_new(BIO_s_mem()) else { fatalError("out of memory") }
    defer { BIO_free(sink) }
    guard write(sink) == 1 else { fatalError("libcrypto cannot write its own key") }
    var text = [UInt8](repeating: 0, count: Int(BIO_ctrl_pending(sink)))
    let count = BIO_read(sink, &text, Int32(text.count))
    return String(decoding: text.prefix(Int(max(0, count))), as: UTF8.self)
}
