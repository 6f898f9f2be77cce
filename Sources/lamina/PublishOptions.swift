import ArgumentParser
import Foundation
import Planning
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

    @Option(help: "Where to serve the case, its plan and meshes, to headsets and robots: tcp://HOST:PORT, with the same keys.")
    var serveCase: String?

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
        for (option, address) in [("--publish", publish), ("--serve-case", serveCase)] {
            do { _ = try address.map { try TCPAddress($0, forBinding: true) } } catch { throw ValidationError("\(option) \(error)") }
        }
    }

    /// - Throws: `ZeroMQError`.
    func publisher(
        _ identity: StreamIdentity, source: StreamSource, silentBodies: [TickBody], log: RunLog,
        whenSent: @escaping @Sendable (PoseTick, Data) -> Void
    ) throws -> PosePublisher {
        let address = try TCPAddress(publish, forBinding: true)
        let clock = clock ?? (address.isLoopback ? .monoLocal : .utcNTP)
        let publisher = try PosePublisher(
            at: address, security: try security, isForced: forcePublic,
            parameters: PublisherParameters(
                source: source, identity: identity, clock: clock, clockErrorUS: clock == .monoLocal ? 0 : UInt32(clockErrorUs),
                validForMS: UInt32(validForMs), silentBodies: silentBodies), whenSent: whenSent)
        if address.port == 0 { log.warn("published_at", "publishing at \(publisher.endpoint)") }
        if !address.isLoopback, curveKeys == nil {
            log.warn("unprotected_stream", "anybody on the network can read the poses and pretend to be this publisher: give --curve-keys")
        }
        return publisher
    }

    /// Serves the case where that was asked for.
    ///
    /// - Throws: `ZeroMQError`, `MeshError`; `CommandFailure` for a case that does not hold what its plan names.
    func caseServer(_ plan: PlanFile, _ planSHA256: String, at folder: String, log: RunLog) throws -> CaseServer? {
        guard let serveCase else { return nil }
        let address = try TCPAddress(serveCase, forBinding: true)
        let served = try log.stage("serve case") { try ServedCase(of: plan, planSHA256, at: folder) }
        let server = try CaseServer(at: address, security: try security, isForced: forcePublic, serving: served)
        if address.port == 0 { log.warn("case_served_at", "serving the case at \(server.endpoint)") }
        if !address.isLoopback, curveKeys == nil {
            log.warn("unprotected_case", "anybody on the network can read the plan: give --curve-keys")
        }
        return server
    }

    private var security: CurveServer? {
        get throws { try curveKeys.map { try CurveKeyFolder($0).server() } }
    }
}

extension StreamClock: ExpressibleByArgument {}
