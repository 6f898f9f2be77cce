// The words of a tick beside the numbers that pose_tick.proto gives them. A number that is none of them is nil: a reader who does not know a state must not guess.

extension StreamSource {
    var wire: WireSource {
        switch self {
        case .live: .live
        case .replay: .replay
        case .simulation: .sim
        }
    }

    init?(_ wire: WireSource) {
        guard let known = Self.allCases.first(where: { $0.wire == wire }) else { return nil }
        self = known
    }
}

extension StreamState {
    var wire: WireStreamState {
        switch self {
        case .ok: .ok
        case .degraded: .degraded
        case .lost: .lost
        case .stale: .stale
        case .unregistered: .unregistered
        case .stopped: .stopped
        }
    }

    init?(_ wire: WireStreamState) {
        guard let known = Self.allCases.first(where: { $0.wire == wire }) else { return nil }
        self = known
    }
}

extension StreamClock {
    var wire: WireClock {
        switch self {
        case .utcPTP: .utcPtp
        case .utcNTP: .utcNtp
        case .monoLocal: .monoLocal
        }
    }

    init?(_ wire: WireClock) {
        guard let known = Self.allCases.first(where: { $0.wire == wire }) else { return nil }
        self = known
    }
}

extension PoseState {
    /// A tick has no truth.
    var wire: WireBodyState {
        switch self {
        case .ok: .ok
        case .degraded: .degraded
        case .lost: .lost
        case .truth: .unspecified
        }
    }

    init?(_ wire: WireBodyState) {
        guard let known = Self.allCases.first(where: { $0 != .truth && $0.wire == wire }) else { return nil }
        self = known
    }
}

extension ScrewPoseState? {
    /// Unspecified where no screw was looked for.
    var wire: WireScrewState {
        switch self {
        case .found: .found
        case .uncertain: .uncertain
        case .notFound: .notFound
        case nil: .unspecified
        }
    }
}

extension TickApproval? {
    /// Unspecified where it is not said.
    var wire: WireApproval {
        switch self {
        case TickApproval.none?: .none
        case .void: .void
        case .signed: .signed
        case .trusted: .trusted
        case nil: .unspecified
        }
    }

    init(wire: WireApproval) throws(PoseTickError) {
        switch wire {
        case .unspecified: self = nil
        case .none: self = TickApproval.none
        case .void: self = .void
        case .signed: self = .signed
        case .trusted: self = .trusted
        case .UNRECOGNIZED: throw .badField("approval", reason: "it is none that is known")
        }
    }
}

extension TickScrew.PlanStatus? {
    /// Unspecified where it is not said.
    var wire: WirePlanStatus {
        switch self {
        case .planned: .planned
        case .adjusted: .adjusted
        case .riskAccepted: .riskAccepted
        case nil: .unspecified
        }
    }
}
