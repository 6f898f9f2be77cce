import CZeroMQ
import Foundation

/// Asks a `RequestServer` (REQ). Made, used and dropped by one thread.
public final class RequestClient {
    private let socket: Socket

    /// Connects, or goes on trying.
    ///
    /// - Parameter greatestBytes: the peer is hung up on that announces more, before memory is taken for it.
    /// - Throws: `ZeroMQError.refused`.
    public init(to address: TCPAddress, security: CurveClient?, greatestBytes: Int) throws(ZeroMQError) {
        socket = try Socket(SocketContext(), ZMQ_REQ, address: address.description)
        // After a request that nobody answered the next one may be sent, and a late reply to the first is not taken for its own.
        try socket.set(ZMQ_REQ_RELAXED, Int32(1))
        try socket.set(ZMQ_REQ_CORRELATE, Int32(1))
        try socket.set(ZMQ_MAXMSGSIZE, Int64(greatestBytes))
        try socket.set(ZMQ_IPV6, Int32(address.isIPv6 ? 1 : 0))
        try socket.set(ZMQ_RECONNECT_IVL, Int32(50))
        try socket.set(ZMQ_RECONNECT_IVL_MAX, Int32(500))
        if let security { try socket.secure(security) }
        try socket.connect(address.description)
    }

    /// - Returns: the parts of the reply; nil where none came in time.
    /// - Throws: `ZeroMQError.refused`.
    public func reply(to request: [Data], within seconds: Double) throws(ZeroMQError) -> [Data]? {
        guard try socket.send(request) else { return nil }
        let end = ContinuousClock.now.advanced(by: .seconds(seconds))
        while ContinuousClock.now < end {
            let left = ContinuousClock.now.duration(to: end) / .milliseconds(1)
            _ = try waitForMessages(on: [socket], milliseconds: max(1, Int(left.rounded(.up))))
            if let parts = try socket.receive() { return parts }
        }
        return nil
    }
}
