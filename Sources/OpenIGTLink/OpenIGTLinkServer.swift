import FlyingSocks
import Foundation
import Protocols
import Synchronization

/// Why a server cannot listen.
public enum OpenIGTLinkError: Error, Equatable, Sendable {
    /// `reason` is the system's own text.
    case cannotListen(address: String, reason: String)
    /// The protocol knows no keys, so nothing protects what the network can reach.
    case unprotected(address: String)

    /// A stable machine-readable name.
    public var code: String {
        switch self {
        case .cannotListen: "socket_refused"
        case .unprotected: "unprotected_address"
        }
    }
}

extension OpenIGTLinkError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotListen(let address, let reason): "\(address): cannot listen: \(reason)"
        case .unprotected(let address):
            "\(address): OpenIGTLink is neither encrypted nor authenticated; listen on 127.0.0.1, behind a tunnel, or force it"
        }
    }
}

/// Sends poses to OpenIGTLink clients. For any thread.
///
/// Each client gets the newest tick alone: one that reads slowly misses some, and never holds up the others or the tracker. Whatever a client sends is
/// read and left; bytes that are no message end its connection, and nothing else.
public final class OpenIGTLinkServer: Sendable {
    public let port: UInt16
    private let version: OpenIGTLinkVersion
    private let clients = Clients()
    private let task: Task<Void, Never>
    private let socket: Socket

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - port: 0 lets the system choose one.
    ///   - isForced: listen on an address that the network reaches.
    /// - Throws: `OpenIGTLinkError`.
    public init(host: String = "127.0.0.1", port: UInt16, version: OpenIGTLinkVersion, isForced: Bool = false) throws {
        let place = "\(host):\(port)"
        guard host.hasPrefix("127.") || isForced else { throw OpenIGTLinkError.unprotected(address: place) }
        let pool = SocketPool<Poll>.make()
        do {
            socket = try Socket(domain: AF_INET)
            try socket.setValue(true, for: .localAddressReuse)
            try socket.bind(to: .inet(ip4: host, port: port))
            try socket.listen()
            guard case .ip4(_, let bound) = try socket.sockname() else { throw SocketError.unsupportedAddress }
            self.port = bound
            let listener = try AsyncSocket(socket: socket, pool: pool)
            task = Task { [clients] in await serve(listener, pool, clients) }
        } catch {
            throw OpenIGTLinkError.cannotListen(address: place, reason: "\(error)")
        }
        self.version = version
    }

    deinit { stop() }

    /// Hands a tick on without waiting.
    ///
    /// - Parameter timeNS: of its capture, UTC, nanoseconds since 1970.
    /// - Complexity: O(bodies), and O(clients).
    public func publish(_ tick: PoseTick, timeNS: UInt64) {
        guard clients.count > 0 else { return }
        let poses = tick.openIGTLinkPoses(version, timeNS: timeNS).reduce(into: Data()) { $0 += $1.encoded(version) }
        let statuses = tick.openIGTLinkStatuses(timeNS: timeNS)
        clients.send(ClientUpdate(poses: poses, statuses: statuses.map { ($0.device, $0.content, $0.encoded(version)) }))
    }

    public var clientCount: Int { clients.count }

    /// Closes all connections.
    public func stop() {
        task.cancel()
        clients.endAll()
        try? socket.close()
    }
}

/// What one tick brings a client.
struct ClientUpdate: Sendable {
    let poses: Data
    /// Device, content, and the whole message: sent where the content is news to that client.
    let statuses: [(device: String, content: Data, message: Data)]
}

/// Who is connected, each with room for one update.
private final class Clients: Sendable {
    private let streams = Mutex<[Int: AsyncStream<ClientUpdate>.Continuation]>([:])
    private let next = Mutex(0)

    var count: Int { streams.withLock { $0.count } }

    func add() -> (id: Int, updates: AsyncStream<ClientUpdate>) {
        let (updates, continuation) = AsyncStream.makeStream(of: ClientUpdate.self, bufferingPolicy: .bufferingNewest(1))
        let id = next.withLock { next in
            next += 1
            return next
        }
        streams.withLock { $0[id] = continuation }
        return (id, updates)
    }

    func remove(_ id: Int) { streams.withLock { $0.removeValue(forKey: id) }?.finish() }

    func send(_ update: ClientUpdate) { for stream in streams.withLock({ Array($0.values) }) { stream.yield(update) } }

    func endAll() { for stream in streams.withLock({ Array($0.values) }) { stream.finish() } }
}

private func serve(_ listener: AsyncSocket, _ pool: some AsyncSocketPool, _ clients: Clients) async {
    do {
        try await pool.prepare()
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await pool.run() }
            for try await socket in listener.sockets {
                group.addTask { await serve(socket, clients) }
            }
        }
    } catch {
        // The listener was closed, which is how it ends.
    }
}

/// One connection, until either side ends it.
private func serve(_ socket: AsyncSocket, _ clients: Clients) async {
    let (id, updates) = clients.add()
    try? socket.socket.setValue(true, for: BoolSocketOption(level: Int32(IPPROTO_TCP), name: TCP_NODELAY))
    await withTaskGroup { group in
        group.addTask { await drain(socket) }
        group.addTask { await write(updates, to: socket) }
        // Whichever ends first ends the other.
        await group.next()
        clients.remove(id)
        try? socket.close()
        group.cancelAll()
    }
}

private func write(_ updates: AsyncStream<ClientUpdate>, to socket: AsyncSocket) async {
    var known: [String: Data] = [:]
    for await update in updates {
        var bytes = update.poses
        for status in update.statuses where known.updateValue(status.content, forKey: status.device) != status.content {
            bytes += status.message
        }
        guard !bytes.isEmpty else { continue }
        do { try await socket.write(bytes) } catch { return }
    }
}

/// Reads messages and leaves them, until one is none or the client is gone.
private func drain(_ socket: AsyncSocket) async {
    while let bytes = try? await socket.read(bytes: OpenIGTLinkMessage.headerBytes), let header = OpenIGTLinkHeader(bytes),
        header.bodyBytes <= greatestBody
    {
        var left = Int(header.bodyBytes)
        while left > 0 {
            guard let part = try? await socket.read(atMost: min(left, 4096)), !part.isEmpty else { return }
            left -= part.count
        }
    }
}

/// Nothing that a client has to say is longer.
private let greatestBody: UInt64 = 65536
