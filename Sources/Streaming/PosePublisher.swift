import Anatomy
import Foundation
import Protocols
import Synchronization
import ZeroMQ

/// What a publisher says of itself in every tick.
public struct PublisherParameters: Sendable {
    public var source: StreamSource
    public var identity: StreamIdentity
    public var clock: StreamClock
    /// By how much the clock may be off from its reference, microseconds.
    public var clockErrorUS: UInt32
    /// How long after its capture a pose may be shown, milliseconds.
    public var validForMS: UInt32
    /// All bodies, as lost ones: what is sent when no frame has come.
    public var silentBodies: [TickBody]

    public init(
        source: StreamSource, identity: StreamIdentity, clock: StreamClock, clockErrorUS: UInt32, validForMS: UInt32,
        silentBodies: [TickBody]
    ) {
        (self.source, self.identity, self.clock, self.clockErrorUS) = (source, identity, clock, clockErrorUS)
        (self.validForMS, self.silentBodies) = (validForMS, silentBodies)
    }
}

/// Publishes ticks, and says so by itself when there is nothing to publish. For any thread.
///
/// A publisher is never silent: when no new frame came for `valid_for_ms` it sends STALE, or UNREGISTERED while the patient was never found, four times in that span.
/// So a client that hears nothing knows that the connection or the publisher is gone.
public final class PosePublisher: Sendable {
    public let epoch: UInt64
    public let endpoint: String
    private let socket: LastValuePublisher
    private let parameters: PublisherParameters
    private let state = Mutex(State())
    /// Called with every tick and its message as it is sent, in their order, under the publisher's lock.
    private let whenSent: @Sendable (PoseTick, Data) -> Void

    private struct State {
        var sequence: UInt64 = 0
        var registration: StreamRegistration?
        var lastFrameNS: UInt64 = 0
        var isStopped = false
    }

    /// - Throws: `ZeroMQError`.
    public init(
        at address: TCPAddress, security: CurveServer?, isForced: Bool = false, parameters: PublisherParameters,
        whenSent: @escaping @Sendable (PoseTick, Data) -> Void = { _, _ in }
    ) throws(ZeroMQError) {
        socket = try LastValuePublisher(at: address, security: security, isForced: isForced)
        endpoint = socket.endpoint
        epoch = .random(in: 1...UInt64.max)
        (self.parameters, self.whenSent) = (parameters, whenSent)
        Thread.detachNewThread { [weak self] in
            let step = Double(parameters.validForMS) / 4000
            // The publisher's end is this thread's.
            while let self, self.fillSilence() { Thread.sleep(forTimeInterval: step) }
        }
    }

    /// One moment's poses.
    ///
    /// - Parameter captured: when its frames were taken or came in.
    /// - Throws: `PoseTickError` for poses that no client may accept.
    /// - Complexity: O(bodies); does not wait for anybody.
    public func publish(
        _ bodies: [TickBody], frame: UInt32, registration: StreamRegistration?, captured: StreamTime
    ) throws(PoseTickError) {
        try send(bodies, overall(bodies, registration), frame: frame, registration: registration, captured: captured)
    }

    /// A tick of a recording: poses, states, identity and registration as they were; epoch, number and times of this run. Its last, STOPPED, is left to `stop`.
    ///
    /// - Throws: `PoseTickError`.
    public func republish(_ recorded: PoseTick) throws(PoseTickError) {
        guard recorded.state != .stopped else { return }
        try send(
            recorded.bodies, recorded.state, frame: recorded.frame, registration: recorded.registration, captured: .now,
            identity: recorded.identity)
    }

    /// The last tick of the epoch. Nothing can be published after it.
    public func stop() {
        try? send(parameters.silentBodies, .stopped, frame: nil, registration: state.withLock(\.registration), captured: .now)
        socket.stop()
    }

    public var refusedHandshakes: [String: Int] { socket.refusedHandshakes }

    private func overall(_ bodies: [TickBody], _ registration: StreamRegistration?) -> StreamState {
        if bodies.allSatisfy({ $0.state == .ok }), !bodies.isEmpty { return .ok }
        if bodies.contains(where: { $0.pose != nil }) { return .degraded }
        return registration == nil ? .unregistered : .lost
    }

    private func send(
        _ bodies: [TickBody], _ overall: StreamState, frame: UInt32?, registration: StreamRegistration?, captured: StreamTime,
        identity: StreamIdentity? = nil
    ) throws(PoseTickError) {
        try state.withLock { state throws(PoseTickError) in
            guard !state.isStopped else { return }
            let now = StreamTime.now
            let tick = PoseTick(
                epoch: epoch, sequence: state.sequence + 1, source: parameters.source, state: overall,
                time: TickTime(
                    captureNS: captured.on(parameters.clock), publishNS: now.on(parameters.clock), clock: parameters.clock,
                    clockErrorUS: parameters.clockErrorUS, validForMS: parameters.validForMS),
                identity: identity ?? parameters.identity, registration: registration, frame: frame, bodies: bodies)
            let message = try tick.encoded()
            (state.sequence, state.registration) = (tick.sequence, registration)
            if frame != nil { state.lastFrameNS = now.monotonicNS }
            state.isStopped = overall == .stopped
            socket.publish(message)
            if socket.isWanted(PoseTick.jsonTopic) { socket.publish(tick.encodedJSON()) }
            whenSent(tick, message)
        }
    }

    /// - Returns: false when there is no more to do.
    private func fillSilence() -> Bool {
        let (isStopped, last, registration) = state.withLock { ($0.isStopped, $0.lastFrameNS, $0.registration) }
        guard !isStopped else { return false }
        let now = StreamTime.now
        if now.monotonicNS - last > UInt64(parameters.validForMS) * 1_000_000 {
            let state: StreamState = registration == nil ? .unregistered : .stale
            try? send(parameters.silentBodies, state, frame: nil, registration: registration, captured: now)
        }
        return true
    }
}
