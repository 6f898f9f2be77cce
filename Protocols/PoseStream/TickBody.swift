import Anatomy
import Frames

/// One vertebra in a tick. A lost one has no pose at all: neither zeros nor its last.
public struct TickBody: Equatable, Sendable {
    public var level: VertebraLevel
    /// OK, DEGRADED or LOST.
    public var state: PoseState
    /// Machine-readable reasons why it is not OK; empty exactly when OK.
    public var causes: [String]
    /// nil exactly when LOST.
    public var pose: Pose?
    /// The plan's screws of this vertebra; without places when it is LOST.
    public var screws: [TickScrew]

    /// room_from_vertebra as it crosses the wire, so that whoever passes it on passes on the same numbers.
    public struct Pose: Equatable, Sendable {
        /// The vertebra's origin in the room, mm.
        public var origin: Point<Room>
        /// Unit, x, y, z, w with w >= 0.
        public var quaternion: SIMD4<Double>
        /// 21 numbers: the upper triangle, row by row, of the symmetric 6x6 covariance of a rotation about the room's x, y, z through the vertebra's origin (rad), then of its
        /// shift along them (mm).
        public var covariance: [Float]
        /// Whether the views tell the shift along the rays.
        public var isDepthObservable: Bool
        /// Share of its edges that the model does not explain, 0 to 1.
        public var residual: Double
        /// Agreement of the images with the model over its usual value, 0 to 1.
        public var confidence: Double

        /// - Parameter covariance: 36 numbers, row-major.
        public init(
            roomFromVertebra: RigidTransform<Room, Vertebra>, covariance: [Double], isDepthObservable: Bool, residual: Double,
            confidence: Double
        ) {
            precondition(covariance.count == 36, "the covariance is 6x6")
            (origin, quaternion) = (roomFromVertebra.origin, roomFromVertebra.rotation.quaternion)
            self.covariance = (0..<6).flatMap { i in (i..<6).map { Float(covariance[6 * i + $0]) } }
            (self.isDepthObservable, self.residual, self.confidence) = (isDepthObservable, residual, confidence)
        }

        init(
            origin: Point<Room>, quaternion: SIMD4<Double>, covariance: [Float], isDepthObservable: Bool, residual: Double,
            confidence: Double
        ) {
            (self.origin, self.quaternion, self.covariance) = (origin, quaternion, covariance)
            (self.isDepthObservable, self.residual, self.confidence) = (isDepthObservable, residual, confidence)
        }

        /// Nil where the quaternion is none, which no decoded tick has.
        public var roomFromVertebra: RigidTransform<Room, Vertebra>? {
            // The two frames are what the wire says that its numbers are of.
            Rotation(quaternion: quaternion).map { RigidTransform(asserting: $0, origin: origin) }
        }

        /// Of number n on the diagonal.
        func variance(_ n: Int) -> Float { covariance[n * 6 - n * (n - 1) / 2] }
    }

    /// A measured pose. `causes` make it DEGRADED.
    public init(level: VertebraLevel, pose: Pose, causes: [String], screws: [TickScrew]) {
        (self.level, self.pose, self.causes, self.screws) = (level, pose, causes, screws)
        state = causes.isEmpty ? .ok : .degraded
    }

    /// As it came over the wire: whether the parts go together is not asked here.
    init(level: VertebraLevel, state: PoseState, causes: [String], pose: Pose?, screws: [TickScrew]) {
        (self.level, self.state, self.causes, self.pose, self.screws) = (level, state, causes, pose, screws)
    }

    /// A lost vertebra.
    public init(lost level: VertebraLevel, causes: [String], screws: [TickScrew]) {
        precondition(!causes.isEmpty, "a lost vertebra has a cause")
        (self.level, self.causes, self.screws) = (level, causes, screws)
        state = .lost
    }
}

/// A planned screw in a tick, in the room.
public struct TickScrew: Equatable, Sendable {
    /// The patient's.
    public var side: Side
    /// Of the plan, mm.
    public var diameterMM: Double
    public var lengthMM: Double
    /// Who put it there; nil where the publisher does not say (version 1.0 of the stream).
    public var planStatus: PlanStatus?
    /// Where the plan has it now; nil exactly when its vertebra is LOST.
    public var planned: Axis?
    /// Whether the real screw was seen; nil where none was looked for.
    public var state: ScrewPoseState?
    public var causes: [String]
    /// Where the real screw is; nil unless found or uncertain.
    public var measured: Measured?

    public enum PlanStatus: String, Codable, Sendable, CaseIterable {
        /// Lamina.
        case planned = "PLANNED"
        /// A person; it keeps every hard rule.
        case adjusted = "ADJUSTED"
        /// A person; it breaks a hard rule, and the person said why it stands.
        case riskAccepted = "RISK_ACCEPTED"
    }

    public struct Axis: Equatable, Sendable {
        public var entry: Point<Room>
        /// From entry to tip, of unit length.
        public let direction: SIMD3<Double>

        /// - Returns: nil where the direction's length is not 1 within 1e-6.
        public init?(entry: Point<Room>, direction: SIMD3<Double>) {
            guard abs((direction * direction).sum().squareRoot() - 1) < 1e-6 else { return nil }
            (self.entry, self.direction) = (entry, direction)
        }
    }

    public struct Measured: Equatable, Sendable {
        public var axis: Axis
        /// From the plan: of the entry and the tip, mm, each with its standard deviation; between the axes, degrees.
        public var entryDeviationMM: Double
        public var entrySigmaMM: Double
        public var tipDeviationMM: Double
        public var tipSigmaMM: Double
        public var angleDeg: Double

        public init(
            axis: Axis, entryDeviationMM: Double, entrySigmaMM: Double, tipDeviationMM: Double, tipSigmaMM: Double, angleDeg: Double
        ) {
            (self.axis, self.entryDeviationMM, self.entrySigmaMM) = (axis, entryDeviationMM, entrySigmaMM)
            (self.tipDeviationMM, self.tipSigmaMM, self.angleDeg) = (tipDeviationMM, tipSigmaMM, angleDeg)
        }
    }

    public init(
        side: Side, diameterMM: Double, lengthMM: Double, planStatus: PlanStatus?, planned: Axis?, state: ScrewPoseState?,
        causes: [String], measured: Measured?
    ) {
        (self.side, self.diameterMM, self.lengthMM) = (side, diameterMM, lengthMM)
        (self.planStatus, self.planned) = (planStatus, planned)
        (self.state, self.causes, self.measured) = (state, causes, measured)
    }
}
