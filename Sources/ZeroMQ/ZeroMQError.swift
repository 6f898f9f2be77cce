/// Why a socket cannot be used.
public enum ZeroMQError: Error, Equatable, Sendable {
    /// What was given is no address of a publisher.
    case badAddress(String, reason: String)
    /// libzmq refused; `reason` is its own text.
    case refused(action: String, address: String, reason: String)

    /// A stable machine-readable name.
    public var code: String {
        switch self {
        case .badAddress: "bad_address"
        case .refused: "socket_refused"
        }
    }
}

extension ZeroMQError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badAddress(let text, let reason): "\(text): \(reason); write tcp://HOST:PORT, such as tcp://127.0.0.1:5556"
        case .refused(let action, let address, let reason): "\(address): cannot \(action): \(reason)"
        }
    }
}
