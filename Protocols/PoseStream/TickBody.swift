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

    public struct Pose: Equatable, Sendable {
        public var roomFromVertebra: RigidTransform<Room, Vertebra>
        /// 36 numbers, row-major 6x6, symmetric: rotation about the room's x, y, z through the vertebra's origin (rad), then its shift along them (mm).
        /// 21 numbers of 32 bits cross the wire: the upper triangle, row by row.
        public var covariance: [Double]
        /// Whether the views tell the shift along the rays.
        public var isDepthObservable: Bool
        /// Share of its edges whose residuals are far beyond what is usual, 0 to 1.
        public var residual: Double
        /// Agreement of the images with the model over its usual value, 0 to 1.
        public var confidence: Double

        public init(
            roomFromVertebra: RigidTransform<Room, Vertebra>, covariance: [Double], isDepthObservable: Bool, residual: Double,
            confidence: Double
        ) {
            precondition(covariance.count == 36, "the covariance is 6x6")
            (self.roomFromVertebra, self.covariance, self.isDepthObservable) = (roomFromVertebra, covariance, isDepthObservable)
            (self.residual, self.confidence) = (residual, confidence)
        }
    }

    /// A measured pose. `causes` make it DEGRADED.
    public init(level: VertebraLevel, pose: Pose, causes: [String], screws: [TickScrew]) {
        (self.level, self.pose, self.causes, self.screws) = (level, pose, causes, screws)
        state = causes.isEmpty ? .ok : .degraded
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
    /// Where the plan has it now; nil exactly when its vertebra is LOST.
    public var planned: Axis?
    /// Whether the real screw was seen; nil where none was looked for.
    public var state: ScrewPoseState?
    public var causes: [String]
    /// Where the real screw is; nil unless found or uncertain.
    public var measured: Measured?

    public struct Axis: Equatable, Sendable {
        public var entry: Point<Room>
        /// From entry to tip.
        public var direction: UnitVector<Room>

        public init(entry: Point<Room>, direction: UnitVector<Room>) { (self.entry, self.direction) = (entry, direction) }
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
        side: Side, diameterMM: Double, lengthMM: Double, planned: Axis?, state: ScrewPoseState?, causes: [String], measured: Measured?
    ) {
        (self.side, self.diameterMM, self.lengthMM, self.planned) = (side, diameterMM, lengthMM, planned)
        (self.state, self.causes, self.measured) = (state, causes, measured)
    }
}
