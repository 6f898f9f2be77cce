import ArgumentParser
import Foundation
import LiveWeb
import OpenIGTLink
import Protocols
import Streaming

/// Options that say how else poses are handed on.
struct BridgeOptions: ParsableArguments {
    @Option(help: "Also send poses to OpenIGTLink clients that connect to this port of 127.0.0.1; 18944 is usual, 0 takes a free one.")
    var openigtlink: UInt16?

    @Option(help: "Header version of OpenIGTLink messages: 1 for most readers, 2 for those that ask for it.")
    var igtlHeader = 1

    @Option(
        help:
            "Also serve a page that shows vertebrae and screws moving: http://127.0.0.1:PORT in a browser on this machine; 0 takes a free port."
    )
    var web: UInt16?

    func validate() throws {
        if OpenIGTLinkVersion(rawValue: igtlHeader) == nil { throw ValidationError("--igtl-header takes 1 or 2") }
    }

    /// - Parameter caseFolder: whose meshes the page shows.
    /// - Throws: `OpenIGTLinkError`, `LocalWebError`.
    func open(caseFolder: String, log: RunLog) throws -> Bridges {
        let server = try openigtlink.map { try OpenIGTLinkServer(port: $0, version: OpenIGTLinkVersion(rawValue: igtlHeader)!) }
        if let server, openigtlink == 0 { log.warn("openigtlink_at", "OpenIGTLink at 127.0.0.1:\(server.port)") }
        let page = try web.map { try LiveWeb(port: $0, caseFolder: caseFolder) }
        if let page { log.warn("page_at", "open http://127.0.0.1:\(page.port) in a browser on this machine") }
        return Bridges(openIGTLink: server, page: page)
    }
}

/// Where ticks go beside the stream.
struct Bridges: Sendable {
    let openIGTLink: OpenIGTLinkServer?
    let page: LiveWeb?

    func publish(_ tick: PoseTick) {
        openIGTLink?.publish(tick, timeNS: tick.captureWallNS)
        page?.publish(tick)
    }

    func stop() {
        openIGTLink?.stop()
        page?.stop()
    }
}

extension PoseTick {
    /// When its frame was taken, UTC: from a monotonic clock by how long ago that was.
    fileprivate var captureWallNS: UInt64 {
        let now = StreamTime.now
        return now.wallNS - (now.on(time.clock) - time.captureNS)
    }
}
