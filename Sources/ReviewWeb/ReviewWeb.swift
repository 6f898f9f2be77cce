import LocalWeb

/// The page in which a person changes the planned screws of a case, for a browser on this machine.
///
/// Only who knows `address` gets an answer, and only under this machine's own name (`LocalServer`).
public final class ReviewWeb: Sendable {
    /// With the token; for nobody but the person at this machine.
    public let address: String
    private let bench: ReviewBench
    private let server: LocalServer

    /// - Parameter port: 0 takes a free one.
    /// - Throws: `LocalWebError`.
    public init(port: UInt16, session: sending ReviewSession) throws(LocalWebError) {
        let token = ReviewToken()
        bench = ReviewBench(session)
        // Writing a large case takes a while.
        server = try LocalServer(port: port, answerWithin: 3600, handler: ReviewPages(bench: bench, token: token))
        address = "http://127.0.0.1:\(server.port)/\(token.text)/"
    }

    /// Calls `act` when the page cannot be served any more.
    public func whenItFails(_ act: @escaping @Sendable (any Error) -> Void) { server.whenItFails(act) }

    /// Waits for a change that is being written and for its answer, and stops serving.
    public func end() -> ReviewSession.Outcome {
        defer { server.finish(within: 3) }
        return bench.end()
    }
}
