import CZeroMQ
import Foundation

/// A key of CURVE (Curve25519): 32 bytes, written as 40 characters of Z85.
public struct CurveKey: Equatable, Hashable, Sendable {
    public let bytes: Data
    public let text: String

    public init?(bytes: Data) {
        guard bytes.count == 32 else { return nil }
        var text = [CChar](repeating: 0, count: 41)
        guard bytes.withUnsafeBytes({ zmq_z85_encode(&text, $0.baseAddress, 32) }) != nil else { return nil }
        self.bytes = bytes
        self.text = String(decoding: text.prefix(40).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    public init?(text: String) {
        var bytes = [UInt8](repeating: 0, count: 32)
        guard text.utf8.count == 40, zmq_z85_decode(&bytes, text) != nil else { return nil }
        (self.bytes, self.text) = (Data(bytes), text)
    }
}

/// What a peer knows of itself: the secret key stays where it was made.
public struct CurveKeyPair: Equatable, Sendable {
    public let publicKey: CurveKey
    public let secretKey: CurveKey

    public init(publicKey: CurveKey, secretKey: CurveKey) { (self.publicKey, self.secretKey) = (publicKey, secretKey) }

    /// A new pair from the system's randomness.
    public static func generated() -> CurveKeyPair {
        var (open, secret) = ([CChar](repeating: 0, count: 41), [CChar](repeating: 0, count: 41))
        precondition(zmq_curve_keypair(&open, &secret) == 0, "libzmq was built without CURVE")
        func key(_ text: [CChar]) -> CurveKey {
            CurveKey(text: String(decoding: text.prefix(40).map { UInt8(bitPattern: $0) }, as: UTF8.self))!
        }
        return CurveKeyPair(publicKey: key(open), secretKey: key(secret))
    }
}

/// How a publisher proves who it is, and whom it lets in.
public struct CurveServer: Sendable {
    public let keys: CurveKeyPair
    /// The clients' public keys as they are now: asked at every handshake, so that a key that was taken away opens nothing any more.
    public let allowed: @Sendable () -> Set<CurveKey>

    public init(keys: CurveKeyPair, allowed: @escaping @Sendable () -> Set<CurveKey>) { (self.keys, self.allowed) = (keys, allowed) }
}

/// How a client proves who it is, and whom it believes.
public struct CurveClient: Sendable {
    public let keys: CurveKeyPair
    public let server: CurveKey

    public init(keys: CurveKeyPair, server: CurveKey) { (self.keys, self.server) = (keys, server) }
}

extension Socket {
    /// Before `bind`. With a ZAP handler in the context (`Authenticator`), which alone makes it safe: without one CURVE lets any key in.
    func secure(_ server: CurveServer) throws(ZeroMQError) {
        try set(ZMQ_CURVE_SERVER, Int32(1))
        try set(ZMQ_CURVE_SECRETKEY, server.keys.secretKey.bytes)
        try set(ZMQ_ZAP_DOMAIN, Data("lamina".utf8))
        // A handler that is not there must not let anybody in.
        try set(Int32(lamina_zmq_enforce_domain), Int32(1))
    }

    /// Before `connect`.
    func secure(_ client: CurveClient) throws(ZeroMQError) {
        try set(ZMQ_CURVE_SERVERKEY, client.server.bytes)
        try set(ZMQ_CURVE_PUBLICKEY, client.keys.publicKey.bytes)
        try set(ZMQ_CURVE_SECRETKEY, client.keys.secretKey.bytes)
    }
}
