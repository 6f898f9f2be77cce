import CZeroMQ
import Foundation

/// How much a socket may take in before anybody has looked at it.
public struct SocketLimits: Equatable, Sendable {
    /// Bytes in one part of a message; libzmq hangs up on a peer that announces more, before it takes memory for it.
    public var partBytes: Int
    /// About how many bytes a message may have in all its parts together, and about how much memory they may take: the connection of a peer that sends more without
    /// ending its message is made anew.
    public var messageBytes: Int
    /// Whole messages that may wait to be read.
    public var waiting: Int

    public init(partBytes: Int, messageBytes: Int, waiting: Int) {
        (self.partBytes, self.messageBytes, self.waiting) = (partBytes, messageBytes, waiting)
    }
}

/// The reading end of a publisher's stream. Made, used and dropped by one thread: libzmq's sockets are not thread safe.
///
/// A connection that breaks is made again. libzmq does so by itself, but not where the peer broke its rules, such as with too long a part; so a second socket
/// hears of every hang-up (zmq_socket_monitor), and the connection is then made anew. That socket also hears of every connection, so that what comes in over
/// it can be watched.
public final class SubscriberSocket {
    private let raw: UnsafeMutableRawPointer
    private let monitor: UnsafeMutableRawPointer
    private let context: SocketContext
    private let address: TCPAddress
    private let limits: SocketLimits
    private let whenCut: () -> Void
    private var intake: ConnectionIntake?
    private var hasHungUp = false
    private let part = UnsafeMutablePointer<zmq_msg_t>.allocate(capacity: 1)

    /// Connects, or goes on trying: a publisher that is not there yet, or comes back, is no error.
    ///
    /// - Parameters:
    ///   - topic: what the first part of every message begins with.
    ///   - whenCut: called where a message was cut off because it passed `limits.messageBytes`.
    /// - Throws: `ZeroMQError.refused`.
    public init(
        _ context: SocketContext, to address: TCPAddress, topic: String, limits: SocketLimits, whenCut: @escaping () -> Void = {}
    ) throws(ZeroMQError) {
        guard let raw = zmq_socket(context.raw, ZMQ_SUB) else { throw lastFailure("open a socket", address.description) }
        guard let monitor = zmq_socket(context.raw, ZMQ_PAIR) else {
            zmq_close(raw)
            throw lastFailure("open a socket", address.description)
        }
        (self.raw, self.monitor, self.context, self.address, self.limits, self.whenCut) = (raw, monitor, context, address, limits, whenCut)
        try set(ZMQ_LINGER, Int32(0))
        try set(ZMQ_RCVHWM, Int32(clamping: limits.waiting))
        try set(ZMQ_MAXMSGSIZE, Int64(limits.partBytes))
        try set(ZMQ_IPV6, Int32(address.isIPv6 ? 1 : 0))
        // Without heartbeats a peer that vanished without a word would never be connected to again.
        try set(ZMQ_HEARTBEAT_IVL, Int32(1000))
        try set(ZMQ_HEARTBEAT_TIMEOUT, Int32(3000))
        // A name of this socket's own: its place in memory.
        let events = "inproc://hang-ups-of-\(UInt(bitPattern: raw))"
        try check(zmq_socket_monitor(raw, events, ZMQ_EVENT_CONNECTED | ZMQ_EVENT_DISCONNECTED), "watch the connection")
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
            intake?.restart()
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
            if hasHungUp {
                // What came before the peer hung up may still be on its way here, and would be lost with the connection. It also keeps from hurrying.
                if try wait(milliseconds: 100, alsoForEvents: false).hasMessage { return }
                try connectAnew()
            }
            let (hasMessage, hasEvent) = try wait(milliseconds: intake == nil ? -1 : Self.watchMilliseconds)
            if hasMessage { return }
            if hasEvent {
                try takeEvent()
            } else if let intake, intake.exceeds(limits) {
                whenCut()
                try connectAnew()
            }
        }
    }

    /// Between two looks at what has come in: a gigabyte a second is fifty megabytes.
    private static let watchMilliseconds = 50

    private func takeEvent() throws(Interruption) {
        let (event, hasAddress) = try receivePart(from: monitor)
        var hasMore = hasAddress
        while hasMore { hasMore = try receivePart(from: monitor).hasMore }
        let (number, value) = event.withUnsafeBytes { (lamina_zmq_event($0.baseAddress), lamina_zmq_event_value($0.baseAddress)) }
        switch number {
        case ZMQ_EVENT_CONNECTED: intake = ConnectionIntake(value)
        case ZMQ_EVENT_DISCONNECTED: hasHungUp = true
        default: break
        }
    }

    private func connectAnew() throws(Interruption) {
        (hasHungUp, intake) = (false, nil)
        // libzmq has often dropped the connection by itself, and then does not know it.
        zmq_disconnect(raw, address.description)
        try attempt { zmq_connect(raw, address.description) }
    }

    private func wait(milliseconds: Int, alsoForEvents: Bool = true) throws(Interruption) -> (hasMessage: Bool, hasEvent: Bool) {
        var items = [raw, monitor].map { zmq_pollitem_t(socket: $0, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0) }
        try attempt { zmq_poll(&items, alsoForEvents ? 2 : 1, milliseconds) }
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
            default: throw .failed(lastFailure("receive", address.description))
            }
        }
    }

    private func set(_ option: Int32, _ value: some FixedWidthInteger) throws(ZeroMQError) {
        try check(withUnsafeBytes(of: value) { zmq_setsockopt(raw, option, $0.baseAddress, $0.count) }, "set option \(option)")
    }

    private func check(_ status: Int32, _ action: String) throws(ZeroMQError) {
        if status != 0 { throw lastFailure(action, address.description) }
    }
}
