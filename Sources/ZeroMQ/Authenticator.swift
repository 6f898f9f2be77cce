import CZeroMQ
import Foundation
import Synchronization

/// Answers for a context who may connect to its sockets (ZAP, rfc.zeromq.org/spec/27): those whose CURVE key is listed, and nobody else.
///
/// CURVE alone only encrypts: without this any key is let in.
final class Authenticator: Sendable {
    private let refusals = Mutex<[ZAPRefusal: Int]>([:])

    /// How many handshakes were refused, by reason.
    var counts: [ZAPRefusal: Int] { refusals.withLock { $0 } }
    var countsByName: [String: Int] { Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) }) }

    /// Before any socket of the context that it is to guard is bound.
    ///
    /// - Throws: `ZeroMQError.refused`.
    init(_ context: SocketContext, allowed: @escaping @Sendable () -> Set<CurveKey>) throws(ZeroMQError) {
        let socket = SocketHandover(try Socket(context, ZMQ_REP, address: "inproc://zeromq.zap.01"))
        _ = try socket.value.bind("inproc://zeromq.zap.01")
        Thread.detachNewThread { [weak self] in
            let socket = socket.value
            // A shut down context ends it.
            while (try? waitForMessages(on: [socket], milliseconds: -1)) != nil {
                guard let request = (try? socket.receive()) ?? nil else { continue }
                let verdict = zapVerdict(request, allowed: allowed())
                if case .failure(let reason) = verdict { self?.refusals.withLock { $0[reason, default: 0] += 1 } }
                _ = try? socket.send(zapReply(to: request, verdict))
            }
        }
    }
}

/// Why a handshake was refused.
enum ZAPRefusal: String, Error, Hashable, Sendable, CaseIterable {
    case badRequest = "bad_request"
    /// No CURVE at all.
    case otherMechanism = "other_mechanism"
    case unknownKey = "unknown_key"
}

/// - Parameter request: version, id, domain, address, identity, mechanism, and for CURVE the client's public key.
func zapVerdict(_ request: [Data], allowed: Set<CurveKey>) -> Result<CurveKey, ZAPRefusal> {
    guard request.count >= 6, request[0] == Data("1.0".utf8) else { return .failure(.badRequest) }
    guard request[5] == Data("CURVE".utf8) else { return .failure(.otherMechanism) }
    guard request.count == 7, let key = CurveKey(bytes: request[6]) else { return .failure(.badRequest) }
    return allowed.contains(key) ? .success(key) : .failure(.unknownKey)
}

/// Version, id, status code and text, user id, metadata.
func zapReply(to request: [Data], _ verdict: Result<CurveKey, ZAPRefusal>) -> [Data] {
    let id = request.count > 1 ? request[1] : Data()
    let (code, text, user) =
        switch verdict {
        case .success(let key): ("200", "OK", key.text)
        case .failure(let reason): ("400", reason.rawValue, "")
        }
    return [Data("1.0".utf8), id, Data(code.utf8), Data(text.utf8), Data(user.utf8), Data()]
}

/// Carries a socket to the one thread that uses it from then on.
///
/// Safe: whoever makes one does not use the socket again, and the start of a thread is a memory fence, which is all that libzmq asks for.
struct SocketHandover: @unchecked Sendable {
    let value: Socket

    init(_ value: Socket) { self.value = value }
}
