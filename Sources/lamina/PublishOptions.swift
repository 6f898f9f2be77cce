import ArgumentParser
import Foundation
import Protocols
import Streaming
import ZeroMQ

/// Options that say where and how poses are published.
struct PublishOptions: ParsableArguments {
    @Option(help: "Where to publish: tcp://HOST:PORT. Port 0: one that is free, printed as a warning.")
    var publish = "tcp://127.0.0.1:5557"

    @Option(
        help: "A folder of keys that 'lamina keys' made: the stream is then encrypted, and open to the listed clients alone.",
        completion: .directory)
    var curveKeys: String?

    @Flag(help: "Publish on an address that the network reaches although nothing is encrypted and anybody may listen.")
    var forcePublic = false

    @Option(help: "Milliseconds after which a client must no longer show a pose.")
    var validForMs = 300

    @Option(
        help:
            "The clock of the ticks' times: UTC_PTP, UTC_NTP or MONO_LOCAL. Default: MONO_LOCAL on 127.0.0.1, where no setting of a clock harms, else UTC_NTP."
    )
    var clock: StreamClock?

    @Option(help: "By how much a UTC clock may be off, microseconds.")
    var clockErrorUs = 10_000

    func validate() throws {
        if !(20...1000).contains(validForMs) { throw ValidationError("--valid-for-ms takes 20 to 1000: no client shows a pose for longer") }
        if !(0...10_000_000).contains(clockErrorUs) { throw ValidationError("--clock-error-us takes 0 to 10000000") }
        do { _ = try TCPAddress(publish, forBinding: true) } catch { throw ValidationError("--publish \(error)") }
    }

    /// - Throws: `ZeroMQError`.
    func publisher(
        _ identity: StreamIdentity, source: StreamSource, silentBodies: [TickBody], log: RunLog,
        whenSent: @escaping @Sendable (PoseTick, Data) -> Void
    ) throws -> PosePublisher {
        let address = try TCPAddress(publish, forBinding: true)
        let clock = clock ?? (address.isLoopback ? .monoLocal : .utcNTP)
        let publisher = try PosePublisher(
            at: address, security: try curveKeys.map { try CurveKeyFolder($0).server() }, isForced: forcePublic,
            parameters: PublisherParameters(
                source: source, identity: identity, clock: clock, clockErrorUS: clock == .monoLocal ? 0 : UInt32(clockErrorUs),
                validForMS: UInt32(validForMs), silentBodies: silentBodies), whenSent: whenSent)
        if address.port == 0 { log.warn("published_at", "publishing at \(publisher.endpoint)") }
        if !address.isLoopback, curveKeys == nil {
            log.warn("unprotected_stream", "anybody on the network can read the poses and pretend to be this publisher: give --curve-keys")
        }
        return publisher
    }
}

extension StreamClock: ExpressibleByArgument {}
