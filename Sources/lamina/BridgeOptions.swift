import ArgumentParser
import Foundation
import OpenIGTLink
import Protocols
import Streaming

/// Options that say how else poses are handed on.
struct BridgeOptions: ParsableArguments {
    @Option(help: "Also send poses to OpenIGTLink clients that connect to this port of 127.0.0.1; 18944 is usual, 0 takes a free one.")
    var openigtlink: UInt16?

    @Option(help: "Header version of OpenIGTLink messages: 1 for most readers, 2 for those that ask for it.")
    var igtlHeader = 1

    func validate() throws {
        if OpenIGTLinkVersion(rawValue: igtlHeader) == nil { throw ValidationError("--igtl-header takes 1 or 2") }
    }

    /// - Throws: `OpenIGTLinkError`.
    func open(log: RunLog) throws -> Bridges {
        let server = try openigtlink.map { try OpenIGTLinkServer(port: $0, version: OpenIGTLinkVersion(rawValue: igtlHeader)!) }
        if let server, openigtlink == 0 { log.warn("openigtlink_at", "OpenIGTLink at 127.0.0.1:\(server.port)") }
        return Bridges(openIGTLink: server)
    }
}

/// Where ticks go beside the stream.
struct Bridges: Sendable {
    let openIGTLink: OpenIGTLinkServer?

    func publish(_ tick: PoseTick) { openIGTLink?.publish(tick, timeNS: tick.captureWallNS) }

    func stop() { openIGTLink?.stop() }
}

extension PoseTick {
    /// When its frame was taken, UTC: from a monotonic clock by how long ago that was.
    fileprivate var captureWallNS: UInt64 {
        let now = StreamTime.now
        return now.wallNS - (now.on(time.clock) - time.captureNS)
    }
}
