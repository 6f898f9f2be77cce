/// Why a socket cannot be used.
public enum ZeroMQError: Error, Equatable, Sendable {
    /// What was given is no address of a publisher.
    case badAddress(String, reason: String)
    /// libzmq refused; `reason` is its own text.
    case refused(action: String, address: String, reason: String)
    /// The context was shut down: the normal end of a thread that waits.
    case shutDown
    /// Anybody on the network could read and send what is meant for few.
    case unprotected(address: String)
    /// A file of CURVE keys that is missing, or none.
    case badKey(file: String, reason: String)

    /// A stable machine-readable name.
    public var code: String {
        switch self {
        case .badAddress: "bad_address"
        case .refused: "socket_refused"
        case .shutDown: "shut_down"
        case .unprotected: "unprotected_address"
        case .badKey: "bad_key"
        }
    }
}

extension ZeroMQError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badAddress(let text, let reason): "\(text): \(reason); write tcp://HOST:PORT, such as tcp://127.0.0.1:5556"
        case .refused(let action, let address, let reason): "\(address): cannot \(action): \(reason)"
        case .shutDown: "the sockets were shut down"
        case .unprotected(let address):
            "\(address): it is open to the network, and nothing there would be encrypted or authenticated; give CURVE keys ('lamina keys'), "
                + "bind 127.0.0.1, or force it"
        case .badKey(let file, let reason): "\(file): \(reason)"
        }
    }
}
