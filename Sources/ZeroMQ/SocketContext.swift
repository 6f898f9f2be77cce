import CZeroMQ

/// A ZeroMQ context: the threads that move bytes for its sockets.
///
/// Safe to share: libzmq's contexts are thread safe, and `raw` never changes.
public final class SocketContext: @unchecked Sendable {
    let raw: UnsafeMutableRawPointer

    public init() {
        guard let raw = zmq_ctx_new() else { preconditionFailure("libzmq has no memory for a context") }
        self.raw = raw
    }

    /// Ends every wait on its sockets, those to come too. May be called from any thread, and more than once.
    public func shutdown() { zmq_ctx_shutdown(raw) }

    /// Every socket holds its context, so none is open here and this does not wait.
    deinit { while zmq_ctx_term(raw) != 0, zmq_errno() == EINTR {} }
}

/// Such as "4.3.4".
public func zeroMQVersion() -> String {
    var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
    zmq_version(&major, &minor, &patch)
    return "\(major).\(minor).\(patch)"
}
