import CZeroMQ
import Foundation
import Synchronization

/// A publisher's end (XPUB) whose subscribers get the last message of each topic as soon as they subscribe. For any thread.
///
/// A message is one part: a topic that ends with a zero byte, then what it holds. Those who cannot keep up lose messages, and never hold up anybody else. What is
/// sent again to a new subscriber comes to all who have subscribed to that topic: a reader passes over what it has seen.
public final class LastValuePublisher: Sendable {
    /// Where it is bound.
    public let endpoint: String
    private let context: SocketContext
    private let authenticator: Authenticator?
    private let state: Mutex<State>

    /// The socket is whoever's holds the lock, which is all that libzmq asks of threads that share one.
    private struct State {
        /// Nil once all is stopped.
        var socket: SocketHandover?
        /// By topic.
        var last: [Data: Data] = [:]
        /// How many have subscribed, by what topics begin with.
        var subscribers: [Data: Int] = [:]
    }

    /// - Parameters:
    ///   - address: port 0 lets the system choose one.
    ///   - isForced: bind an address that the network reaches without CURVE.
    /// - Throws: `ZeroMQError.unprotected`; `.refused`, for an address in use for example.
    public init(at address: TCPAddress, security: CurveServer?, isForced: Bool = false) throws(ZeroMQError) {
        context = SocketContext()
        let listening = try ListeningSocket(
            context, ZMQ_XPUB, at: address, security: security, isForced: isForced, greatestBytes: 1024
        ) { socket throws(ZeroMQError) in
            // Each subscription is told, not only the first to a topic.
            try socket.set(ZMQ_XPUB_VERBOSE, Int32(1))
            // Few may wait for a slow reader: they would be old when it gets them.
            try socket.set(ZMQ_SNDHWM, Int32(4))
        }
        (authenticator, endpoint) = (listening.authenticator, listening.endpoint)
        let socket = listening.socket
        state = Mutex(State(socket: SocketHandover(socket)))
        Thread.detachNewThread { [weak self] in
            while self?.greetSubscribers() ?? false { Thread.sleep(forTimeInterval: greetingInterval) }
        }
    }

    deinit { stop() }

    /// Hands a message to libzmq, which sends it from a thread of its own: this does not wait for anybody.
    ///
    /// - Returns: false where all is stopped.
    @discardableResult public func publish(_ message: Data) -> Bool {
        state.withLock { state in
            guard let socket = state.socket?.value else { return false }
            state.last[message.prefix { $0 != 0 }] = message
            return (try? socket.send([message])) ?? false
        }
    }

    /// Whether somebody has subscribed to what a topic begins with.
    public func isWanted(_ topic: Data) -> Bool {
        state.withLock { $0.subscribers.contains { $0.value > 0 && topic.starts(with: $0.key) } }
    }

    /// Handshakes that were refused, by reason; empty without CURVE.
    public var refusedHandshakes: [String: Int] { authenticator?.countsByName ?? [:] }

    /// Closes the socket; what was published a moment ago is given time to leave.
    public func stop() {
        state.withLock { state in
            // libzmq drops what waits when a socket closes without lingering.
            try? state.socket?.value.set(ZMQ_LINGER, Int32(200))
            state.socket = nil
        }
        context.shutdown()
    }

    /// Sends the last messages to those who have subscribed since the last look.
    ///
    /// - Returns: false when all is stopped.
    private func greetSubscribers() -> Bool {
        state.withLock { state in
            guard let socket = state.socket?.value else { return false }
            while let request = (try? socket.receive()) ?? nil, let first = request.first {
                guard let kind = first.first, kind <= 1 else { continue }
                let prefix = Data(first.dropFirst())
                state.subscribers[prefix] = max(0, (state.subscribers[prefix] ?? 0) + (kind == 1 ? 1 : -1))
                guard kind == 1 else { continue }
                for message in state.last.values where message.starts(with: prefix) { _ = try? socket.send([message]) }
            }
            return true
        }
    }
}

/// Between two looks for new subscribers, s: who has just come is not in a hurry, and a socket that is shared is not handed through another one, which would cost
/// every message a thread's waking up.
private let greetingInterval = 0.005
