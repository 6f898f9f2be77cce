import Protocols

/// What a person has looked at and confirmed: the poses of this publisher's run, that rest on this registration, are of this patient, study and plan.
public struct StreamConfirmation: Equatable, Hashable, Sendable {
    public var epoch: UInt64
    /// Nil where there was none yet.
    public var registration: UInt64?
    public var planSHA256: String
    public var patientSHA256: String
    public var studySHA256: String

    public init(_ tick: PoseTick) {
        (epoch, registration) = (tick.epoch, tick.registration?.id)
        let identity = tick.identity
        (planSHA256, patientSHA256, studySHA256) = (identity.planSHA256, identity.patientSHA256, identity.studySHA256)
    }

    /// The parts in which two differ, as a person would name them.
    public func changes(from other: StreamConfirmation?) -> [String] {
        guard let other else { return ["nothing was confirmed yet"] }
        return [
            (epoch != other.epoch, "the publisher was started anew"),
            (registration != other.registration, "the patient was registered anew"),
            (planSHA256 != other.planSHA256, "another plan"), (patientSHA256 != other.patientSHA256, "another patient"),
            (studySHA256 != other.studySHA256, "another study"),
        ].filter(\.0).map(\.1)
    }
}

/// Why a tick is not shown.
public enum GateRefusal: Equatable, Sendable {
    case tooOld(ageMS: Double)
    case fromTheFuture(byMS: Double)
    /// Its number is lower than one that was there before.
    case outOfOrder(sequence: UInt64, last: UInt64)
    /// It is not what a person has confirmed.
    case unconfirmed(StreamConfirmation, changes: [String])
    /// A replay or a simulation, which was not asked for.
    case notLive(StreamSource)
    /// Its times are of a monotonic clock, and it does not come from this machine.
    case foreignClock
    /// Its publisher has said that this run is over.
    case ended
    /// A clock was set while the stream ran: ages cannot be told any more. A person has to confirm anew.
    case clockStepped(byMS: Double)

    /// A stable machine-readable name.
    public var code: String {
        switch self {
        case .tooOld: "too_old"
        case .fromTheFuture: "from_the_future"
        case .outOfOrder: "out_of_order"
        case .unconfirmed: "unconfirmed"
        case .notLive: "not_live"
        case .foreignClock: "foreign_clock"
        case .ended: "ended"
        case .clockStepped: "clock_stepped"
        }
    }
}

/// The rules by which a client decides whether poses may be shown (Specification/pose-stream.md). It has no socket and no clock: the time is given to it.
///
/// Whatever is not plainly right is refused. What was accepted is valid until `valid_for_ms` after its capture, whether or not anything comes after it.
public struct PoseGate: Sendable {
    public enum Verdict: Equatable, Sendable {
        case accepted
        /// It was there before, and is no news: a publisher sends its last tick again to whoever comes.
        case duplicate
        case refused(GateRefusal)
    }

    /// Sources that are shown; a replay or a simulation must be asked for.
    public var allowed: Set<StreamSource>
    public private(set) var confirmed: StreamConfirmation?
    /// Whether the stream comes from this machine, whose monotonic clock is then the publisher's.
    private let isLocal: Bool
    /// No pose is shown longer than this, whatever its publisher says, ms.
    private let longestMS: UInt32
    /// The highest number accepted or refused, by confirmed epoch: confirming anew does not let old ones in.
    private var lastSequences: [UInt64: UInt64] = [:]
    private var endedEpochs: Set<UInt64> = []
    private var accepted: (tick: PoseTick, ageNS: Int64, at: StreamTime)?
    /// This machine's UTC less its monotonic clock, ns: changes only when the clock is set.
    private var wallOffset: Int64?
    /// The least of receipt less publishing, ns, of so many ticks, and when the last of them came: none can be much faster than the fastest of many, but after
    /// the publisher's clock was set.
    private var delays: (least: Int64, count: Int, at: UInt64)?

    public init(allowed: Set<StreamSource> = [.live], isLocal: Bool = true, longestMS: UInt32 = 1000) {
        (self.allowed, self.isLocal, self.longestMS) = (allowed, isLocal, longestMS)
    }

    /// A person has looked at these and says that they are right.
    public mutating func confirm(_ confirmation: StreamConfirmation) {
        confirmed = confirmation
        (accepted, wallOffset, delays) = (nil, nil, nil)
    }

    /// - Parameter now: when the tick was received.
    public mutating func take(_ tick: PoseTick, at now: StreamTime) -> Verdict {
        guard allowed.contains(tick.source) else { return .refused(.notLive(tick.source)) }
        let asks = StreamConfirmation(tick)
        guard asks == confirmed else {
            // What is shown is not what is there any more.
            accepted = nil
            return .refused(.unconfirmed(asks, changes: asks.changes(from: confirmed)))
        }
        guard !endedEpochs.contains(tick.epoch) else { return .refused(.ended) }
        guard isLocal || tick.time.clock != .monoLocal else { return .refused(.foreignClock) }
        let lastSequence = lastSequences[tick.epoch] ?? 0
        if tick.sequence == lastSequence { return .duplicate }
        guard tick.sequence > lastSequence else { return .refused(.outOfOrder(sequence: tick.sequence, last: lastSequence)) }
        let age = difference(now.on(tick.time.clock), tick.time.captureNS)
        let error = Int64(tick.time.clockErrorUS) * 1000
        if let step = clockStep(tick, at: now) {
            (confirmed, accepted) = (nil, nil)
            return .refused(.clockStepped(byMS: Double(step) / 1e6))
        }
        lastSequences[tick.epoch] = tick.sequence
        // Two readings of one clock on one machine may differ by a little.
        guard age >= -error - readingNS else { return .refused(.fromTheFuture(byMS: Double(-age) / 1e6)) }
        guard age + error <= validity(tick) else { return .refused(.tooOld(ageMS: Double(age) / 1e6)) }
        if tick.state == .stopped { endedEpochs.insert(tick.epoch) }
        accepted = (tick, age + error, now)
        return .accepted
    }

    /// What may be shown now; nil when nothing may, because nothing came in time.
    public func current(at now: StreamTime) -> PoseTick? {
        guard let accepted else { return nil }
        let passed = difference(now.monotonicNS, accepted.at.monotonicNS)
        // The wall clock may not go back behind the monotonic one's back; a clock that was set shows at the next tick.
        return passed >= 0 && accepted.ageNS + passed <= validity(accepted.tick) ? accepted.tick : nil
    }

    /// When what may be shown now stops being so: milliseconds from now, 0 where nothing may.
    public func remainingMS(at now: StreamTime) -> Double {
        guard let accepted, current(at: now) != nil else { return 0 }
        return Double(validity(accepted.tick) - accepted.ageNS - difference(now.monotonicNS, accepted.at.monotonicNS)) / 1e6
    }

    /// How long after its capture a tick may be shown, ns.
    private func validity(_ tick: PoseTick) -> Int64 { Int64(min(tick.time.validForMS, longestMS)) * 1_000_000 }

    /// By how much a clock was set since the last tick, ns; nil where none was.
    private mutating func clockStep(_ tick: PoseTick, at now: StreamTime) -> Int64? {
        guard tick.time.clock != .monoLocal else { return nil }
        let limit = stepNS + 2 * Int64(tick.time.clockErrorUS) * 1000
        let offset = difference(now.wallNS, now.monotonicNS)
        let before = wallOffset ?? offset
        wallOffset = offset
        if abs(offset - before) > limit { return offset - before }
        let delay = difference(now.monotonicNS, tick.time.publishNS)
        // A clock that NTP slews may run ahead of another by so much.
        let known = delays.map { ($0.least + difference(now.monotonicNS, $0.at) / slewing, $0.count) } ?? (delay, 0)
        delays = (min(known.0, delay), known.1 + 1, now.monotonicNS)
        return known.1 >= ticksToKnow && delay < known.0 - limit ? delay - known.0 : nil
    }
}

/// A tick may be held up; of so many one was not.
private let ticksToKnow = 20
/// A clock that is kept by NTP is slewed by 0.5 ms a second at most; more than this at once is a step.
private let stepNS: Int64 = 50_000_000
private let readingNS: Int64 = 2_000_000
/// 0.5 ms a second.
private let slewing: Int64 = 2000

private func difference(_ a: UInt64, _ b: UInt64) -> Int64 { Int64(bitPattern: a &- b) }
