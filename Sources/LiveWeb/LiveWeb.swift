import Foundation
import LocalWeb
import Protocols
import Streaming

/// A page that shows vertebrae and screws moving, for a browser on this machine. For any thread.
///
/// It listens as `LocalServer` does: a page of another site that is open in the same browser can neither read the poses nor the case.
public final class LiveWeb: Sendable {
    private let viewers = Viewers()
    private let server: LocalServer

    public var port: UInt16 { server.port }

    /// - Parameters:
    ///   - port: 0 takes a free one.
    ///   - caseFolder: a verified case: its plan and its meshes are shown.
    /// - Throws: `LocalWebError`; `ThreeJSError`.
    public init(port: UInt16, caseFolder: String) throws {
        try checkScripts()
        server = try LocalServer(port: port, handler: Pages(caseFolder: caseFolder, viewers: viewers))
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
        server.stop()
    }
}
