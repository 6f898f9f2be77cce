import Anatomy
import Frames

extension TickBody {
    var wire: WireBody {
        var wire = WireBody()
        (wire.level, wire.levelName) = (UInt32(level.rawValue), level.name)
        (wire.state, wire.causes) = (state.wire, causes)
        if let pose { wire.pose = pose.wire }
        wire.screws = screws.map(\.wire)
        return wire
    }

    init(_ wire: WireBody) throws(PoseTickError) {
        guard let level = UInt8(exactly: wire.level).flatMap(VertebraLevel.init(rawValue:)), level.name == wire.levelName else {
            throw .badField("level", reason: "\(wire.level) and '\(wire.levelName.prefix(20))' are not one level")
        }
        func bad(_ field: String, _ reason: String) -> PoseTickError { .badField("\(level.name) \(field)", reason: reason) }
        guard let state = PoseState(wire.state) else { throw bad("state", "it is none that is known") }
        var screws: [TickScrew] = []
        for screw in wire.screws {
            guard let read = TickScrew(screw) else { throw bad("screw", "its side, its state or an axis is none") }
            screws.append(read)
        }
        // Presence is checked with the rest of the tick.
        self.init(level: level, state: state, causes: wire.causes, pose: wire.hasPose ? Pose(wire.pose) : nil, screws: screws)
    }
}

extension TickBody.Pose {
    fileprivate var wire: WirePose {
        var wire = WirePose()
        (wire.xMm, wire.yMm, wire.zMm) = (origin.x, origin.y, origin.z)
        (wire.qx, wire.qy, wire.qz, wire.qw) = (quaternion.x, quaternion.y, quaternion.z, quaternion.w)
        (wire.covariance, wire.depthObservable) = (covariance, isDepthObservable)
        (wire.residual, wire.confidence) = (residual, confidence)
        return wire
    }

    fileprivate init(_ wire: WirePose) {
        self.init(
            origin: Point(wire.xMm, wire.yMm, wire.zMm), quaternion: SIMD4(wire.qx, wire.qy, wire.qz, wire.qw), covariance: wire.covariance,
            isDepthObservable: wire.depthObservable, residual: wire.residual, confidence: wire.confidence)
    }
}

extension TickScrew {
    fileprivate var wire: WireScrew {
        var wire = WireScrew()
        wire.side = side == .left ? .left : .right
        (wire.diameterMm, wire.lengthMm) = (diameterMM, lengthMM)
        if let planned { wire.planned = planned.wire }
        (wire.state, wire.causes, wire.planStatus) = (state.wire, causes, planStatus.wire)
        if let measured { wire.measured = measured.wire }
        return wire
    }

    /// Nil where a value is none that it may have; presence is checked with the rest of the tick.
    fileprivate init?(_ wire: WireScrew) {
        let side: Side
        switch wire.side {
        case .left: side = .left
        case .right: side = .right
        case .unspecified, .UNRECOGNIZED: return nil
        }
        let state: ScrewPoseState?
        switch wire.state {
        case .unspecified: state = nil
        case .found: state = .found
        case .uncertain: state = .uncertain
        case .notFound: state = .notFound
        case .UNRECOGNIZED: return nil
        }
        let planStatus: PlanStatus?
        switch wire.planStatus {
        case .unspecified: planStatus = nil
        case .planned: planStatus = .planned
        case .adjusted: planStatus = .adjusted
        case .riskAccepted: planStatus = .riskAccepted
        case .UNRECOGNIZED: return nil
        }
        var (planned, measured): (Axis?, Measured?)
        if wire.hasPlanned {
            planned = Axis(wire.planned)
            if planned == nil { return nil }
        }
        if wire.hasMeasured {
            measured = Measured(wire.measured)
            if measured == nil { return nil }
        }
        self.init(
            side: side, diameterMM: wire.diameterMm, lengthMM: wire.lengthMm, planStatus: planStatus, planned: planned, state: state,
            causes: wire.causes, measured: measured)
    }
}

extension TickScrew.Axis {
    fileprivate var wire: WireAxis {
        var wire = WireAxis()
        (wire.entryXMm, wire.entryYMm, wire.entryZMm) = (entry.x, entry.y, entry.z)
        (wire.directionX, wire.directionY, wire.directionZ) = (direction.x, direction.y, direction.z)
        return wire
    }

    fileprivate init?(_ wire: WireAxis) {
        self.init(
            entry: Point(wire.entryXMm, wire.entryYMm, wire.entryZMm), direction: SIMD3(wire.directionX, wire.directionY, wire.directionZ))
    }
}

extension TickScrew.Measured {
    fileprivate var wire: WireMeasuredScrew {
        var wire = WireMeasuredScrew()
        wire.axis = axis.wire
        (wire.entryDeviationMm, wire.entrySigmaMm) = (entryDeviationMM, entrySigmaMM)
        (wire.tipDeviationMm, wire.tipSigmaMm, wire.angleDeg) = (tipDeviationMM, tipSigmaMM, angleDeg)
        return wire
    }

    fileprivate init?(_ wire: WireMeasuredScrew) {
        guard wire.hasAxis, let axis = TickScrew.Axis(wire.axis) else { return nil }
        self.init(
            axis: axis, entryDeviationMM: wire.entryDeviationMm, entrySigmaMM: wire.entrySigmaMm, tipDeviationMM: wire.tipDeviationMm,
            tipSigmaMM: wire.tipSigmaMm, angleDeg: wire.angleDeg)
    }
}
