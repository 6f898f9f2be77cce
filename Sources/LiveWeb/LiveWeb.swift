import FlyingFox
import FlyingSocks
import Foundation
import Protocols
import Streaming
import Synchronization

/// Why the page cannot be served.
public enum LiveWebError: Error, Equatable, Sendable {
    case cannotListen(port: UInt16, reason: String)

    /// A stable machine-readable name.
    public var code: String {
        switch self {
        case .cannotListen: "socket_refused"
        }
    }
}

extension LiveWebError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotListen(let port, let reason): "127.0.0.1:\(port): cannot serve the page: \(reason)"
        }
    }
}

/// A page that shows vertebrae and screws moving, for a browser on this machine. For any thread.
///
/// It listens on 127.0.0.1 alone, and answers to that name alone: a page of another site that is open in the same browser can neither read the poses nor the case.
public final class LiveWeb: Sendable {
    public let port: UInt16
    private let viewers = Viewers()
    private let task: Task<Void, any Error>

    /// - Parameters:
    ///   - port: 0 takes a free one.
    ///   - caseFolder: a verified case: its plan and its meshes are shown.
    /// - Throws: `LiveWebError`; `ThreeJSError`.
    public init(port: UInt16, caseFolder: String) throws {
        try checkScripts()
        do {
            let server = HTTPServer(
                address: try .inet(ip4: "127.0.0.1", port: port), logger: .disabled,
                handler: Pages(caseFolder: caseFolder, viewers: viewers))
            (task, self.port) = try started(server)
        } catch {
            throw LiveWebError.cannotListen(port: port, reason: "\(error)")
        }
    }

    deinit { stop() }

    /// Hands a tick on without waiting.
    public func publish(_ tick: PoseTick) {
        let now = StreamTime.now
        let remaining = Double(tick.time.validForMS) - Double(Int64(bitPattern: now.on(tick.time.clock) &- tick.time.captureNS)) / 1e6
        let message = JSONValue.object([
            "tick": tick.jsonValue, "remaining_ms": .number(remaining), "expires_utc_ms": .number(Double(now.wallNS) / 1e6 + remaining),
        ])
        guard let data = try? encodedJSON(message, oneLine: true) else { return }
        viewers.send(String(decoding: data, as: UTF8.self))
    }

    public func stop() {
        viewers.endAll()
        task.cancel()
    }
}

/// Runs a server until its task is cancelled.
///
/// - Returns: the task, and the port that is listened on.
private func started(_ server: HTTPServer) throws -> (Task<Void, any Error>, UInt16) {
    let task = Task { try await server.run() }
    let outcome = Mutex<Result<UInt16, any Error>?>(nil)
    let isKnown = DispatchSemaphore(value: 0)
    Task {
        let found: Result<UInt16, any Error>
        do { found = .success(try await listeningPort(of: server, running: task)) } catch { found = .failure(error) }
        outcome.withLock { $0 = found }
        isKnown.signal()
    }
    isKnown.wait()
    return (task, try outcome.withLock { $0! }.get())
}

private func listeningPort(of server: HTTPServer, running task: Task<Void, any Error>) async throws -> UInt16 {
    do { try await server.waitUntilListening(timeout: 2) } catch {
        // The task knows why.
        task.cancel()
        try await task.value
        throw error
    }
    guard case .ip4(_, let port) = await server.listeningAddress else { throw SocketError.disconnected }
    return port
}
