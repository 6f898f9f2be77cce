import Foundation
import Protocols
import Synchronization
import ZeroMQ

/// What a subscriber tells, in the order in which it happens.
public enum PoseEvent: Equatable, Sendable {
    case connected
    case disconnected
    /// The handshake failed: a wrong key, or one that is not on the publisher's list.
    case refusedByPublisher
    /// May be shown now, and until `.stale` at the latest.
    case fresh(PoseTick, ageMS: Double)
    /// What was shown last is too old: take it down.
    case stale
    /// Not shown. Of the same reason in a row the first is told.
    case refused(GateRefusal)
    /// Not even a tick.
    case malformed(PoseTickError)
}

/// Follows a pose stream by the client's rules (`PoseGate`). For any thread.
public final class PoseSubscriber: Sendable {
    private let gate: Mutex<PoseGate>
    private let context = SocketContext()
    private let failure = Mutex<ZeroMQError?>(nil)

    /// Begins to listen on a thread of its own.
    ///
    /// - Parameter tell: called on that thread; as long as it runs nothing else is read, and what came meanwhile is passed over for the newest.
    public init(
        to address: TCPAddress, security: CurveClient?, allowed: Set<StreamSource> = [.live], confirmed: StreamConfirmation? = nil,
        tell: @escaping @Sendable (PoseEvent) -> Void
    ) {
        var gate = PoseGate(allowed: allowed, isLocal: address.isLoopback)
        if let confirmed { gate.confirm(confirmed) }
        self.gate = Mutex(gate)
        Thread.detachNewThread { [context, weak self] in
            do throws(ZeroMQError) {
                let socket = try LatestSubscriber(
                    context, to: address, topic: PoseTick.anyTopic, security: security, greatestBytes: PoseTick.greatestBytes)
                var judge = EventJudge()
                while let events = try socket.events(within: pollMS), let self {
                    // Told without the lock, so that whoever is told may confirm at once.
                    for event in events { if let news = self.gate.withLock({ judge.take(event, &$0) }) { tell(news) } }
                    if self.gate.withLock({ judge.hasGrownStale($0) }) { tell(.stale) }
                }
            } catch {
                self?.failure.withLock { $0 = error }
            }
        }
    }

    deinit { context.shutdown() }

    /// A person has looked at these and says that they are right.
    public func confirm(_ confirmation: StreamConfirmation) { gate.withLock { $0.confirm(confirmation) } }

    /// What may be shown at this moment: ask for it each time something is drawn.
    public var current: PoseTick? { gate.withLock { $0.current(at: .now) } }

    /// Why the socket could not be used; nil where it can.
    public var error: ZeroMQError? { failure.withLock { $0 } }
}

/// How often it is looked whether what is shown has grown old.
private let pollMS = 5

/// What is worth telling of what comes.
private struct EventJudge {
    private var isShowing = false
    private var lastRefusal: String?

    mutating func take(_ event: LatestSubscriber.Event, _ gate: inout PoseGate) -> PoseEvent? {
        switch event {
        case .connected: return .connected
        case .disconnected: return .disconnected
        case .refused: return .refusedByPublisher
        case .message(let bytes):
            do throws(PoseTickError) { return take(try PoseTick(decoding: bytes), &gate) } catch {
                return isNews(error.code) ? .malformed(error) : nil
            }
        }
    }

    private mutating func take(_ tick: PoseTick, _ gate: inout PoseGate) -> PoseEvent? {
        let now = StreamTime.now
        switch gate.take(tick, at: now) {
        case .accepted:
            (lastRefusal, isShowing) = (nil, true)
            return .fresh(tick, ageMS: Double(Int64(bitPattern: now.on(tick.time.clock) &- tick.time.captureNS)) / 1e6)
        case .duplicate: return nil
        case .refused(let reason):
            var name = reason.code
            if case .unconfirmed(let asked, _) = reason { name += " \(asked.hashValue)" }
            return isNews(name) ? .refused(reason) : nil
        }
    }

    private mutating func isNews(_ refusal: String) -> Bool {
        defer { lastRefusal = refusal }
        return refusal != lastRefusal
    }

    /// Whether what is shown must be taken down. True once.
    mutating func hasGrownStale(_ gate: PoseGate) -> Bool {
        guard isShowing, gate.current(at: .now) == nil else { return false }
        isShowing = false
        return true
    }
}
