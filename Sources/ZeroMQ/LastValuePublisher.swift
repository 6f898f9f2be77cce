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
    /// The other end of the thread's socket, used under the lock alone; nil once all is stopped.
    private let sender: Mutex<SocketHandover?>
    private let topics: SubscribedTopics

    /// - Parameters:
    ///   - address: port 0 lets the system choose one.
    ///   - isForced: bind an address that the network reaches without CURVE.
    /// - Throws: `ZeroMQError.unprotected`; `.refused`, for an address in use for example.
    public init(at address: TCPAddress, security: CurveServer?, isForced: Bool = false) throws(ZeroMQError) {
        guard address.isLoopback || security != nil || isForced else { throw .unprotected(address: address.description) }
        context = SocketContext()
        authenticator = if let security { try Authenticator(context, allowed: security.allowed) } else { nil }
        let socket = try Socket(context, ZMQ_XPUB, address: address.description)
        // Each subscription is told, not only the first to a topic.
        try socket.set(ZMQ_XPUB_VERBOSE, Int32(1))
        // Few may wait for a slow reader: they would be old when it gets them.
        try socket.set(ZMQ_SNDHWM, Int32(4))
        try socket.set(ZMQ_MAXMSGSIZE, Int64(1024))
        try socket.set(ZMQ_IPV6, Int32(address.isIPv6 ? 1 : 0))
        try socket.set(ZMQ_HEARTBEAT_IVL, Int32(heartbeatMS))
        try socket.set(ZMQ_HEARTBEAT_TIMEOUT, Int32(heartbeatTimeoutMS))
        if let security { try socket.secure(security) }
        endpoint = try socket.bind(address.endpoint)
        let (outer, inner) = (
            try Socket(context, ZMQ_PAIR, address: "inproc://messages"), try Socket(context, ZMQ_PAIR, address: "inproc://messages")
        )
        _ = try inner.bind("inproc://messages")
        try outer.connect("inproc://messages")
        sender = Mutex(SocketHandover(outer))
        topics = SubscribedTopics()
        let (publisher, messages, topics) = (SocketHandover(socket), SocketHandover(inner), topics)
        Thread.detachNewThread { serve(publisher.value, messages.value, topics) }
    }

    deinit { stop() }

    /// Hands a message on without waiting.
    ///
    /// - Returns: false where it could not be taken: the thread is far behind, or all is stopped.
    @discardableResult public func publish(_ message: Data) -> Bool {
        sender.withLock { (try? $0?.value.send([message])) ?? false }
    }

    /// Whether somebody has subscribed to what a topic begins with.
    public func isWanted(_ topic: Data) -> Bool { topics.contains(prefixOf: topic) }

    /// Handshakes that were refused, by reason; empty without CURVE.
    public var refusedHandshakes: [String: Int] {
        Dictionary(uniqueKeysWithValues: (authenticator?.counts ?? [:]).map { ($0.key.rawValue, $0.value) })
    }

    /// Closes the socket; what was published a moment ago is given time to leave.
    public func stop() {
        sender.withLock { sender in
            _ = try? sender?.value.send([Data()])
            sender = nil
        }
        topics.waitForEnd()
        context.shutdown()
    }
}

/// Without them a subscriber would not notice that the publisher is gone, nor the other way round.
let heartbeatMS = 100
let heartbeatTimeoutMS = 300

/// The life of the thread that owns the publisher's socket. An empty message ends it.
private func serve(_ publisher: Socket, _ messages: Socket, _ topics: SubscribedTopics) {
    defer { topics.end() }
    var last: [Data: Data] = [:]
    while let ready = try? waitForMessages(on: [publisher, messages], milliseconds: -1) {
        while ready[1], let message = (try? messages.receive())?.first {
            guard !message.isEmpty else {
                // libzmq drops what waits when a socket closes without lingering.
                try? publisher.set(ZMQ_LINGER, Int32(200))
                return
            }
            last[message.prefix { $0 != 0 }] = message
            _ = try? publisher.send([message])
        }
        while ready[0], let request = (try? publisher.receive())?.first {
            guard let kind = request.first, kind <= 1 else { continue }
            let prefix = request.dropFirst()
            topics.change(Data(prefix), isWanted: kind == 1)
            guard kind == 1 else { continue }
            for message in last.values where message.starts(with: prefix) { _ = try? publisher.send([message]) }
        }
    }
}

/// What is subscribed to, for other threads to ask.
private final class SubscribedTopics: Sendable {
    private let prefixes = Mutex<[Data: Int]>([:])
    private let ended = DispatchSemaphore(value: 0)

    func change(_ prefix: Data, isWanted: Bool) {
        prefixes.withLock { $0[prefix] = max(0, ($0[prefix] ?? 0) + (isWanted ? 1 : -1)) }
    }

    func contains(prefixOf topic: Data) -> Bool {
        prefixes.withLock { $0.contains { $0.value > 0 && topic.starts(with: $0.key) } }
    }

    func end() { ended.signal() }

    /// Once; later waits return at once.
    func waitForEnd() {
        _ = ended.wait(timeout: .now() + 1)
        ended.signal()
    }
}
