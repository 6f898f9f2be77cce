import CZeroMQ
import Foundation

/// A subscriber's end that keeps the newest message alone, so that a slow reader reads what is new and not what has waited. Made, used and dropped by one thread.
public final class LatestSubscriber {
    private let socket: Socket
    private let monitor: Socket
    private let context: SocketContext

    /// What came, in the order in which it is told.
    public enum Event: Equatable, Sendable {
        case connected
        case disconnected
        /// Who listens there does not know this client's key, or is not who it should be.
        case refused
        case message(Data)
    }

    /// Connects, or goes on trying.
    ///
    /// - Parameters:
    ///   - topic: what messages begin with.
    ///   - greatestBytes: the peer is hung up on that announces more, before memory is taken for it.
    /// - Throws: `ZeroMQError.refused`.
    public init(
        _ context: SocketContext, to address: TCPAddress, topic: Data, security: CurveClient?, greatestBytes: Int
    ) throws(ZeroMQError) {
        self.context = context
        let socket = try Socket(context, ZMQ_SUB, address: address.description)
        try socket.set(ZMQ_CONFLATE, Int32(1))
        try socket.set(ZMQ_MAXMSGSIZE, Int64(greatestBytes))
        try socket.set(ZMQ_IPV6, Int32(address.isIPv6 ? 1 : 0))
        try socket.set(ZMQ_HEARTBEAT_IVL, Int32(heartbeatMS))
        try socket.set(ZMQ_HEARTBEAT_TIMEOUT, Int32(heartbeatTimeoutMS))
        try socket.set(ZMQ_RECONNECT_IVL, Int32(50))
        try socket.set(ZMQ_RECONNECT_IVL_MAX, Int32(500))
        if let security { try socket.secure(security) }
        // A name of this socket's own: its place in memory.
        let events = "inproc://events-of-\(UInt(bitPattern: socket.raw))"
        let watched =
            ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
            | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_DISCONNECTED
        guard zmq_socket_monitor(socket.raw, events, watched) == 0 else { throw lastFailure("watch the connection", address.description) }
        monitor = try Socket(context, ZMQ_PAIR, address: events)
        try monitor.connect(events)
        try socket.set(ZMQ_SUBSCRIBE, topic)
        try socket.connect(address.description)
        self.socket = socket
    }

    deinit { zmq_socket_monitor(socket.raw, nil, 0) }

    /// What has come, at once or within the time.
    ///
    /// - Returns: empty when nothing came in time; nil once the context was shut down.
    /// - Throws: `ZeroMQError.refused`.
    public func events(within milliseconds: Int) throws(ZeroMQError) -> [Event]? {
        do throws(ZeroMQError) {
            let ready = try waitForMessages(on: [monitor, socket], milliseconds: milliseconds)
            var events: [Event] = []
            while ready[0], let parts = try monitor.receive() { if let event = connectionEvent(parts) { events.append(event) } }
            if ready[1], let message = try socket.receive()?.first { events.append(.message(message)) }
            return events
        } catch {
            guard error == .shutDown else { throw error }
            return nil
        }
    }

    private func connectionEvent(_ parts: [Data]) -> Event? {
        guard let first = parts.first, first.count >= 6 else { return nil }
        return switch first.withUnsafeBytes({ lamina_zmq_event($0.baseAddress) }) {
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: .connected
        case ZMQ_EVENT_DISCONNECTED: .disconnected
        default: .refused
        }
    }
}
