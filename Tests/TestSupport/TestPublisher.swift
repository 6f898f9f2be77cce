import CZeroMQ
import Foundation

/// A publisher on a free port of this machine. For one thread.
public final class TestPublisher {
    private let context = zmq_ctx_new()
    private let socket: UnsafeMutableRawPointer?
    /// tcp://127.0.0.1:PORT
    public let address: String

    public init() {
        socket = zmq_socket(context, ZMQ_XPUB)
        precondition(zmq_bind(socket, "tcp://127.0.0.1:*") == 0, String(cString: zmq_strerror(zmq_errno())))
        var text = [UInt8](repeating: 0, count: 256)
        var count = text.count
        zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, &text, &count)
        address = String(decoding: text.prefix(count - 1), as: UTF8.self)
    }

    deinit {
        zmq_close(socket)
        zmq_ctx_term(context)
    }

    /// The topic that the next one to come subscribes to; nil when nobody does within five seconds. Those that leave are passed over.
    public func subscribedTopic() -> String? {
        var timeout: Int32 = 5000
        zmq_setsockopt(socket, ZMQ_RCVTIMEO, &timeout, 4)
        var bytes = [UInt8](repeating: 0, count: 256)
        while true {
            let count = zmq_recv(socket, &bytes, bytes.count, 0)
            guard count > 0 else { return nil }
            if bytes[0] == 1 { return String(decoding: bytes[1..<Int(count)], as: UTF8.self) }
        }
    }

    public func send(_ parts: [Data]) {
        for (n, part) in parts.enumerated() {
            let flags = n + 1 < parts.count ? ZMQ_SNDMORE : 0
            let sent = part.withUnsafeBytes { zmq_send(socket, $0.baseAddress, $0.count, flags) }
            precondition(Int(sent) == part.count, "sent \(sent) of \(part.count)")
        }
    }
}
