import FlyingFox
import FlyingSocks
import Foundation
import Synchronization

/// A web server for browsers on this machine. For any thread.
///
/// It listens on 127.0.0.1 alone, and answers to that name alone: a page of another site that is open in the same browser can neither read nor change anything.
public final class LocalServer: Sendable {
    public let port: UInt16
    private let server: HTTPServer
    private let task: Task<Void, any Error>

    /// - Parameters:
    ///   - port: 0 takes a free one.
    ///   - answerWithin: how long an answer may take, s.
    ///   - handler: gets no request that `isFromHere` denies.
    /// - Throws: `LocalWebError`.
    public init(port: UInt16, answerWithin: TimeInterval = 15, handler: some HTTPHandler) throws(LocalWebError) {
        do {
            server = HTTPServer(
                address: try .inet(ip4: "127.0.0.1", port: port), timeout: answerWithin, logger: .disabled,
                handler: OwnRequests(handler: handler))
            (task, self.port) = try started(server)
        } catch {
            throw .cannotListen(port: port, reason: "\(error)")
        }
    }

    deinit { stop() }

    public func stop() { task.cancel() }

    /// Takes no more requests, lets answers that are due go out, and stops.
    ///
    /// - Parameter patience: how long answers are waited for, s.
    public func finish(within patience: TimeInterval) {
        let isOver = DispatchSemaphore(value: 0)
        Task {
            await server.stop(timeout: patience)
            isOver.signal()
        }
        _ = isOver.wait(timeout: .now() + patience + 1)
        stop()
    }

    /// Calls `act` when the server fails, as it does when no more connections can be opened; not when it is stopped.
    public func whenItFails(_ act: @escaping @Sendable (any Error) -> Void) {
        Task {
            do { try await task.value } catch  where !task.isCancelled { act(error) } catch {}
        }
    }
}

/// Hands on what is asked of this very server by a page of its own, or by no page.
private struct OwnRequests<Handler: HTTPHandler>: HTTPHandler {
    let handler: Handler

    func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard isFromHere(request) else {
            let why = #"{"code":"not_from_here","message":"this server answers to 127.0.0.1 and localhost, and to pages of its own"}"#
            return answer(Data(why.utf8), type: "application/json", status: .forbidden)
        }
        return try await handler.handleRequest(request)
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
