import CZeroMQ
import Foundation

/// A libzmq socket that closes itself. Made, used and dropped by one thread at a time: libzmq's sockets are not thread safe.
final class Socket {
    let raw: UnsafeMutableRawPointer
    /// For errors.
    private let address: String
    /// A socket must not outlive its context.
    private let context: SocketContext

    /// - Throws: `ZeroMQError.refused`.
    init(_ context: SocketContext, _ kind: Int32, address: String) throws(ZeroMQError) {
        guard let raw = zmq_socket(context.raw, kind) else { throw lastFailure("open a socket", address) }
        (self.raw, self.context, self.address) = (raw, context, address)
        try set(ZMQ_LINGER, Int32(0))
    }

    deinit { zmq_close(raw) }

    func set(_ option: Int32, _ value: some FixedWidthInteger) throws(ZeroMQError) {
        try check(withUnsafeBytes(of: value) { zmq_setsockopt(raw, option, $0.baseAddress, $0.count) }, "set option \(option)")
    }

    func set(_ option: Int32, _ value: Data) throws(ZeroMQError) {
        try check(value.withUnsafeBytes { zmq_setsockopt(raw, option, $0.baseAddress, $0.count) }, "set option \(option)")
    }

    /// - Returns: where it is bound: the port that the system chose where the endpoint's is `*`.
    func bind(_ endpoint: String) throws(ZeroMQError) -> String {
        try check(zmq_bind(raw, endpoint), "bind")
        var text = [CChar](repeating: 0, count: 256)
        var count = text.count
        try check(zmq_getsockopt(raw, ZMQ_LAST_ENDPOINT, &text, &count), "bind")
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func connect(_ endpoint: String) throws(ZeroMQError) { try check(zmq_connect(raw, endpoint), "connect") }

    /// - Returns: false where there is no room; nothing is sent then.
    /// - Throws: `ZeroMQError.refused`; `.shutDown` once the context is.
    @discardableResult func send(_ parts: [Data]) throws(ZeroMQError) -> Bool {
        for (n, part) in parts.enumerated() {
            let flags = n + 1 < parts.count ? ZMQ_DONTWAIT | ZMQ_SNDMORE : ZMQ_DONTWAIT
            while part.withUnsafeBytes({ zmq_send(raw, $0.baseAddress, $0.count, flags) }) < 0 {
                switch zmq_errno() {
                case EINTR: continue
                case EAGAIN, EHOSTUNREACH: return false
                default: throw failure("send")
                }
            }
        }
        return true
    }

    /// - Returns: the parts of a message that is here; nil where none is.
    /// - Throws: `ZeroMQError.refused`; `.shutDown` once the context is.
    func receive() throws(ZeroMQError) -> [Data]? {
        var parts: [Data] = []
        while true {
            var part = zmq_msg_t()
            zmq_msg_init(&part)
            defer { zmq_msg_close(&part) }
            guard zmq_msg_recv(&part, raw, ZMQ_DONTWAIT) >= 0 else {
                switch zmq_errno() {
                case EINTR: continue
                case EAGAIN: return nil
                default: throw failure("receive")
                }
            }
            parts.append(Data(UnsafeRawBufferPointer(start: zmq_msg_data(&part), count: zmq_msg_size(&part))))
            if zmq_msg_more(&part) == 0 { return parts }
        }
    }

    private func failure(_ action: String) -> ZeroMQError {
        zmq_errno() == lamina_zmq_terminated ? .shutDown : lastFailure(action, address)
    }

    private func check(_ status: Int32, _ action: String) throws(ZeroMQError) { if status != 0 { throw failure(action) } }
}

/// Waits until one of the sockets has a message.
///
/// - Parameter milliseconds: -1 waits for ever.
/// - Returns: for each whether it has one.
/// - Throws: `ZeroMQError.shutDown` once a socket's context is.
func waitForMessages(on sockets: [Socket], milliseconds: Int) throws(ZeroMQError) -> [Bool] {
    var items = sockets.map { zmq_pollitem_t(socket: $0.raw, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0) }
    while zmq_poll(&items, Int32(items.count), milliseconds) < 0 {
        if zmq_errno() == lamina_zmq_terminated { throw .shutDown }
        guard zmq_errno() == EINTR else { throw lastFailure("wait", "libzmq") }
    }
    return items.map { $0.revents != 0 }
}

/// The error of the call that has just failed.
func lastFailure(_ action: String, _ address: String) -> ZeroMQError {
    .refused(action: action, address: address, reason: String(cString: zmq_strerror(zmq_errno())))
}
