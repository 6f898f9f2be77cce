/// Where a publisher listens: `tcp://HOST:PORT`, with an IPv6 host in brackets.
public struct TCPAddress: Equatable, Sendable {
    public static let scheme = "tcp://"
    /// A name or a number, without brackets.
    public let host: String
    public let port: UInt16
    let isIPv6: Bool

    /// - Parameter forBinding: port 0 then stands for one that the system chooses.
    /// - Throws: `ZeroMQError.badAddress`. Whether the host exists is not asked.
    public init(_ text: String, forBinding: Bool = false) throws(ZeroMQError) {
        guard text.hasPrefix(TCPAddress.scheme) else { throw .badAddress(text, reason: "it does not start with \(TCPAddress.scheme)") }
        let place = text.dropFirst(TCPAddress.scheme.count)
        guard let colon = place.lastIndex(of: ":"), let port = UInt16(place[place.index(after: colon)...]), port > 0 || forBinding else {
            throw .badAddress(text, reason: "it does not end with a port from 1 to 65535")
        }
        let host = place[..<colon]
        let isIPv6 = host.hasPrefix("[") && host.hasSuffix("]")
        let name = isIPv6 ? host.dropFirst().dropLast() : host
        let marks = isIPv6 ? "-._:%" : "-._"
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || marks.contains($0)) }) else {
            throw .badAddress(
                text, reason: name == "*" ? "a publisher binds to *, and who reads from it names its host" : "it names no host")
        }
        self.host = String(name)
        self.port = port
        self.isIPv6 = isIPv6
    }

    /// As libzmq binds it.
    var endpoint: String { port > 0 ? description : String(description.dropLast()) + "*" }

    /// Whether the publisher is on this very machine, so that nobody on the network can read or forge what it sends.
    public var isLoopback: Bool { host == "localhost" || host == "::1" || isLoopbackIPv4 }

    /// 127.0.0.0/8, all four numbers: `127.evil.example` is a name.
    private var isLoopbackIPv4: Bool {
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
    }
}

extension TCPAddress: CustomStringConvertible {
    public var description: String { TCPAddress.scheme + (isIPv6 ? "[\(host)]" : host) + ":\(port)" }
}
