import CZeroMQ
import Foundation

/// A ZeroMQ context: the threads that move bytes for its sockets.
///
/// Safe to share: libzmq's contexts are thread safe, and `raw` never changes.
public final class SocketContext: @unchecked Sendable {
    fileprivate let raw: UnsafeMutableRawPointer

    public init() {
        guard let raw = zmq_ctx_new() else { preconditionFailure("libzmq has no memory for a context") }
        self.raw = raw
    }

    /// Ends every wait on its sockets, those to come too. May be called from any thread, and more than once.
    public func shutdown() { zmq_ctx_shutdown(raw) }

    /// Every socket holds its context, so none is open here and this does not wait.
    deinit { while zmq_ctx_term(raw) != 0, zmq_errno() == EINTR {} }
}

/// How much a socket may take in before anybody has looked at it.
public struct SocketLimits: Equatable, Sendable {
    /// Bytes in one part of a message; libzmq hangs up on a peer that announces more, before it takes memory for it.
    public var partBytes: Int
    /// Whole messages that may wait to be read.
    public var waiting: Int

    public init(partBytes: Int, waiting: Int) {
        self.partBytes = partBytes
        self.waiting = waiting
    }
}

/// The reading end of a publisher's stream. Made, used and dropped by one thread: libzmq's sockets are not thread safe.
///
/// A connection that breaks is made again. libzmq does so by itself, but not where the peer broke its rules, such as with too long a part; so a second socket
/// hears of every hang-up (zmq_socket_monitor), and the connection is then made anew.
public final class SubscriberSocket {
    private let raw: UnsafeMutableRawPointer
    private let monitor: UnsafeMutableRawPointer
    private let context: SocketContext
    private let address: TCPAddress
    private let part = UnsafeMutablePointer<zmq_msg_t>.allocate(capacity: 1)

    /// Connects, or goes on trying: a publisher that is not there yet, or comes back, is no error.
    ///
    /// - Parameter topic: what the first part of every message begins with.
    /// - Throws: `ZeroMQError.refused`.
    public init(_ context: SocketContext, to address: TCPAddress, topic: String, limits: SocketLimits) throws(ZeroMQError) {
        guard let raw = zmq_socket(context.raw, ZMQ_SUB) else { throw lastFailure("open a socket", address) }
        guard let monitor = zmq_socket(context.raw, ZMQ_PAIR) else {
            zmq_close(raw)
            throw lastFailure("open a socket", address)
        }
        (self.raw, self.monitor, self.context, self.address) = (raw, monitor, context, address)
        try set(ZMQ_LINGER, Int32(0))
        try set(ZMQ_RCVHWM, Int32(clamping: limits.waiting))
        try set(ZMQ_MAXMSGSIZE, Int64(limits.partBytes))
        try set(ZMQ_IPV6, Int32(address.isIPv6 ? 1 : 0))
        // Without heartbeats a peer that vanished without a word would never be connected to again.
        try set(ZMQ_HEARTBEAT_IVL, Int32(1000))
        try set(ZMQ_HEARTBEAT_TIMEOUT, Int32(3000))
        // A name of this socket's own: its place in memory.
        let events = "inproc://hang-ups-of-\(UInt(bitPattern: raw))"
        try check(zmq_socket_monitor(raw, events, ZMQ_EVENT_DISCONNECTED), "watch the connection")
        try check(zmq_connect(monitor, events), "watch the connection")
        try check(topic.utf8CString.withUnsafeBytes { zmq_setsockopt(raw, ZMQ_SUBSCRIBE, $0.baseAddress, $0.count - 1) }, "subscribe")
        try check(zmq_connect(raw, address.description), "connect")
    }

    deinit {
        part.deallocate()
        zmq_socket_monitor(raw, nil, 0)
        zmq_close(monitor)
        zmq_close(raw)
    }

    /// The next message, which comes whole or not at all. Waits for it.
    ///
    /// - Parameter kept: of a message of more parts than these, the first ones are returned.
    /// - Returns: its parts; nil once the context was shut down.
    /// - Throws: `ZeroMQError.refused`.
    public func receive(keeping kept: Int) throws(ZeroMQError) -> [Data]? {
        do throws(Interruption) {
            try waitForMessage()
            var parts: [Data] = []
            var hasMore = true
            while hasMore {
                let (bytes, more) = try receivePart(from: raw)
                if parts.count < kept { parts.append(bytes) }
                hasMore = more
            }
            return parts
        } catch {
            switch error {
            case .shutDown: return nil
            case .failed(let error): throw error
            }
        }
    }

    private func waitForMessage() throws(Interruption) {
        while true {
            let (hasMessage, hasHungUp) = try wait(milliseconds: -1)
            if hasMessage { return }
            guard hasHungUp else { continue }
            // What came before the peer hung up may still be on its way here, and would be lost with the connection. It also keeps from hurrying.
            if try wait(milliseconds: 100, alsoForHangUps: false).hasMessage { return }
            while try receivePart(from: monitor).hasMore {}
            // libzmq has often dropped the connection by itself, and then does not know it.
            zmq_disconnect(raw, address.description)
            try attempt { zmq_connect(raw, address.description) }
        }
    }

    private func wait(milliseconds: Int, alsoForHangUps: Bool = true) throws(Interruption) -> (hasMessage: Bool, hasHungUp: Bool) {
        var items = [raw, monitor].map { zmq_pollitem_t(socket: $0, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0) }
        try attempt { zmq_poll(&items, alsoForHangUps ? 2 : 1, milliseconds) }
        return (items[0].revents != 0, items[1].revents != 0)
    }

    private func receivePart(from socket: UnsafeMutableRawPointer) throws(Interruption) -> (bytes: Data, hasMore: Bool) {
        zmq_msg_init(part)
        defer { zmq_msg_close(part) }
        try attempt { zmq_msg_recv(part, socket, 0) }
        return (Data(UnsafeRawBufferPointer(start: zmq_msg_data(part), count: zmq_msg_size(part))), zmq_msg_more(part) != 0)
    }

    private enum Interruption: Error {
        case shutDown
        case failed(ZeroMQError)
    }

    /// Calls libzmq, again where only a signal came between.
    private func attempt(_ call: () -> Int32) throws(Interruption) {
        while call() < 0 {
            switch zmq_errno() {
            case EINTR: continue
            case lamina_zmq_terminated: throw .shutDown
            default: throw .failed(lastFailure("receive", address))
            }
        }
    }

    private func set(_ option: Int32, _ value: some FixedWidthInteger) throws(ZeroMQError) {
        try check(withUnsafeBytes(of: value) { zmq_setsockopt(raw, option, $0.baseAddress, $0.count) }, "set option \(option)")
    }

    private func check(_ status: Int32, _ action: String) throws(ZeroMQError) {
        if status != 0 { throw lastFailure(action, address) }
    }
}

/// The error of the call that has just failed.
private func lastFailure(_ action: String, _ address: TCPAddress) -> ZeroMQError {
    .refused(action: action, address: address.description, reason: String(cString: zmq_strerror(zmq_errno())))
}

/// Such as "4.3.4".
public func zeroMQVersion() -> String {
    var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
    zmq_version(&major, &minor, &patch)
    return "\(major).\(minor).\(patch)"
}
