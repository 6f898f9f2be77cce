import Anatomy
import Frames

/// Where all tracked vertebrae stood at one moment, and whose they are: what a headset or a robot gets, once a moment (Specification/pose-stream.md).
///
/// Whether it may be acted on is decided by the one who receives it, never by the one who sends it: a tick that is old, out of order, or of another stream, plan, patient or
/// registration than a person has confirmed is not shown.
public struct PoseTick: Equatable, Sendable {
    /// Drawn at random when the publisher starts, never 0: a restart cannot pass unseen.
    public var epoch: UInt64
    /// From 1; rises from tick to tick of an epoch, and skips none.
    public var sequence: UInt64
    public var source: StreamSource
    public var state: StreamState
    public var time: TickTime
    public var identity: StreamIdentity
    /// Which start the poses rest on; nil while there is none.
    public var registration: StreamRegistration?
    /// The number of the X-ray moment that the poses were measured in, as in poses.jsonl; nil in a tick that no frame belongs to.
    public var frame: UInt32?
    /// Each level once, from head to feet. All that are tracked stand in every tick.
    public var bodies: [TickBody]

    public init(
        epoch: UInt64, sequence: UInt64, source: StreamSource, state: StreamState, time: TickTime, identity: StreamIdentity,
        registration: StreamRegistration?, frame: UInt32?, bodies: [TickBody]
    ) {
        (self.epoch, self.sequence, self.source, self.state, self.time) = (epoch, sequence, source, state, time)
        (self.identity, self.registration, self.frame, self.bodies) = (identity, registration, frame, bodies)
    }
}

/// What the poses of a tick were made from.
public enum StreamSource: String, Codable, Sendable, CaseIterable {
    /// Frames as they are taken.
    case live = "LIVE"
    /// A recording, sent again: nothing of it is true now.
    case replay = "REPLAY"
    /// Frames from files, which may be simulated: nothing of it is true now.
    case simulation = "SIM"
}

/// The stream as a whole. A body has a state of its own; this one says what the best of them is worth.
public enum StreamState: String, Codable, Sendable, CaseIterable {
    /// Every body is OK.
    case ok = "OK"
    /// Some body has a pose, but not all are OK.
    case degraded = "DEGRADED"
    /// No body has a pose.
    case lost = "LOST"
    /// No new frame came in time: no body has a pose.
    case stale = "STALE"
    /// The patient has not been found yet.
    case unregistered = "UNREGISTERED"
    /// The last tick of an epoch.
    case stopped = "STOPPED"
}

/// When a tick was true. Nanoseconds since 1970-01-01T00:00:00Z, or for `monoLocal` of this machine's CLOCK_MONOTONIC.
public struct TickTime: Equatable, Sendable {
    /// When the frame was taken, or where its sender did not say, when it came in; in a tick without a frame, when it was made.
    public var captureNS: UInt64
    /// When the tick was handed to the socket.
    public var publishNS: UInt64
    public var clock: StreamClock
    /// By how much the clock may be off from its reference, microseconds.
    public var clockErrorUS: UInt32
    /// Since capture, milliseconds: after that the poses must no longer be shown.
    public var validForMS: UInt32

    public init(captureNS: UInt64, publishNS: UInt64, clock: StreamClock, clockErrorUS: UInt32, validForMS: UInt32) {
        (self.captureNS, self.publishNS, self.clock) = (captureNS, publishNS, clock)
        (self.clockErrorUS, self.validForMS) = (clockErrorUS, validForMS)
    }
}

/// Which clock a tick's times are of.
public enum StreamClock: String, Codable, Sendable, CaseIterable {
    /// UTC, kept by the Precision Time Protocol.
    case utcPTP = "UTC_PTP"
    /// UTC, kept by the Network Time Protocol.
    case utcNTP = "UTC_NTP"
    /// The publisher's own monotonic clock: only programs on the same machine can tell a tick's age from it.
    case monoLocal = "MONO_LOCAL"
}

/// Whose poses these are: hashes, so that no name travels. Lower-case hexadecimal SHA-256.
public struct StreamIdentity: Equatable, Sendable {
    /// Of plan.json's bytes.
    public var planSHA256: String
    /// Of the patient's pseudonym.
    public var patientSHA256: String
    /// Of the CT study's UID, or of the scan file where it has none.
    public var studySHA256: String
    /// Whether the names of the levels are an estimate: the right vertebrae, but all names may be off by the same number.
    public var levelEstimated: Bool
    /// nil where the publisher does not say (version 1.0 of the stream).
    public var approval: TickApproval?

    public init(planSHA256: String, patientSHA256: String, studySHA256: String, levelEstimated: Bool, approval: TickApproval?) {
        (self.planSHA256, self.patientSHA256, self.studySHA256) = (planSHA256, patientSHA256, studySHA256)
        (self.levelEstimated, self.approval) = (levelEstimated, approval)
    }
}

/// What the publisher knew of the plan's signatures when it started.
public enum TickApproval: String, Codable, Sendable, CaseIterable {
    case none = "NONE"
    /// It was signed, and has changed since.
    case void = "VOID"
    /// By a key that the publisher was not told to trust.
    case signed = "SIGNED"
    /// By a key that the publisher was told to trust.
    case trusted = "TRUSTED"

    /// What a person has to be told; nil where a key that is trusted has signed.
    public var caution: String? {
        switch self {
        case .none: "PLAN NOT APPROVED"
        case .void: "PLAN CHANGED AFTER ITS APPROVAL"
        case .signed: "plan signed by a key that was not compared"
        case .trusted: nil
        }
    }
}

/// One start of tracking. Its number changes whenever the patient was searched for and not found where it had been: then a person must look again.
public struct StreamRegistration: Equatable, Sendable {
    /// Drawn at random, never 0.
    public var id: UInt64
    /// Root mean square of what images and model differ by at the start, as a share of the image's own contrast: 0 is a perfect fit.
    public var rms: Double

    public init(id: UInt64, rms: Double) { (self.id, self.rms) = (id, rms) }
}
