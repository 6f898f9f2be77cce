import CZeroMQ
import Foundation

/// Answers requests (ROUTER), one after the other, on a thread of its own. For any thread.
///
/// Clients are REQ sockets, or DEALER sockets that begin their messages with an empty part. A reply that a client does not take is dropped: nobody waits for it.
public final class RequestServer: Sendable {
    /// Where it is bound.
    public let endpoint: String
    private let context: SocketContext
    private let authenticator: Authenticator?

    /// - Parameters:
    ///   - address: port 0 lets the system choose one.
    ///   - isForced: bind an address that the network reaches without CURVE.
    ///   - greatestBytes: of a part of a request; a peer that announces more is hung up on.
    ///   - answer: the parts of a reply to those of a request.
    /// - Throws: `ZeroMQError.unprotected`; `.refused`, for an address in use for example.
    public init(
        at address: TCPAddress, security: CurveServer?, isForced: Bool = false, greatestBytes: Int,
        answer: @escaping @Sendable ([Data]) -> [Data]
    ) throws(ZeroMQError) {
        context = SocketContext()
        let listening = try ListeningSocket(
            context, ZMQ_ROUTER, at: address, security: security, isForced: isForced, greatestBytes: greatestBytes
        ) { socket throws(ZeroMQError) in
            try socket.set(ZMQ_RCVHWM, Int32(16))
            try socket.set(ZMQ_SNDHWM, Int32(16))
        }
        (endpoint, authenticator) = (listening.endpoint, listening.authenticator)
        let socket = SocketHandover(listening.socket)
        Thread.detachNewThread {
            let socket = socket.value
            // A shut down context ends it.
            while (try? waitForMessages(on: [socket], milliseconds: -1)) != nil {
                guard let message = (try? socket.receive()) ?? nil, let body = message.firstIndex(of: Data()) else { continue }
                _ = try? socket.send(message[...body] + answer(Array(message[(body + 1)...])))
            }
        }
    }

    deinit { stop() }

    /// Handshakes that were refused, by reason; empty without CURVE.
    public var refusedHandshakes: [String: Int] { authenticator?.countsByName ?? [:] }

    public func stop() { context.shutdown() }
}
