/// Why a page cannot be served.
public enum LocalWebError: Error, Equatable, Sendable {
    case cannotListen(port: UInt16, reason: String)

    /// A stable machine-readable name.
    public var code: String {
        switch self {
        case .cannotListen: "socket_refused"
        }
    }
}

extension LocalWebError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotListen(let port, let reason): "127.0.0.1:\(port): cannot serve the page: \(reason)"
        }
    }
}
