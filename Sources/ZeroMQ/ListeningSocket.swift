import CZeroMQ

/// A bound socket, with what every one that listens has in common: the rule on unprotected addresses, CURVE with its list, heartbeats and limits.
struct ListeningSocket {
    let socket: Socket
    /// Where it is bound.
    let endpoint: String
    /// Nil without CURVE.
    let authenticator: Authenticator?

    /// - Parameters:
    ///   - address: port 0 lets the system choose one.
    ///   - isForced: bind an address that the network reaches without CURVE.
    ///   - greatestBytes: a peer that announces a longer part is hung up on, before memory is taken for it. CURVE's handshake counts too, and needs 512.
    ///   - configure: sets more options before the socket is bound.
    /// - Throws: `ZeroMQError.unprotected`; `.refused`, for an address in use for example.
    init(
        _ context: SocketContext, _ kind: Int32, at address: TCPAddress, security: CurveServer?, isForced: Bool, greatestBytes: Int,
        configure: (Socket) throws(ZeroMQError) -> Void
    ) throws(ZeroMQError) {
        precondition(security == nil || greatestBytes >= 512, "CURVE's handshake would be hung up on")
        guard address.isLoopback || security != nil || isForced else { throw .unprotected(address: address.description) }
        authenticator = if let security { try Authenticator(context, allowed: security.allowed) } else { nil }
        socket = try Socket(context, kind, address: address.description)
        try configure(socket)
        try socket.set(ZMQ_MAXMSGSIZE, Int64(greatestBytes))
        try socket.set(ZMQ_IPV6, Int32(address.isIPv6 ? 1 : 0))
        try socket.set(ZMQ_HEARTBEAT_IVL, Int32(heartbeatMS))
        try socket.set(ZMQ_HEARTBEAT_TIMEOUT, Int32(heartbeatTimeoutMS))
        if let security { try socket.secure(security) }
        endpoint = try socket.bind(address.endpoint)
    }
}

/// Without them a subscriber would not notice that the publisher is gone, nor the other way round.
let heartbeatMS = 100
let heartbeatTimeoutMS = 300
