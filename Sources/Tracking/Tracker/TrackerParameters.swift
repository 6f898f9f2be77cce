/// How vertebrae are expected to move, and when a pose is no longer believed.
public struct TrackerParameters: Codable, Equatable, Sendable {
    public var registration = RegistrationParameters()
    /// What is metal, and taken out of the comparison.
    public var metal = MetalParameters()

    /// One vertebra against the others, standard deviations: manipulation moves vertebrae by 1.5 mm, and 1 to 2 degrees come with it.
    public var ownTurn = 2.0 * .pi / 180
    public var ownShift = 1.2
    /// How long such a motion of its own lasts, s: of two frames so far apart the later says little of the earlier.
    public var ownDuration = 1.0
    /// All vertebrae together, standard deviations after one second: breathing, the table, the C-arm.
    public var groupTurn = 6.0 * .pi / 180
    public var groupShift = 15.0
    /// The same along the rays of a single view, where images say almost nothing.
    public var groupDepthShift = 1.0

    /// After so many seconds without a pose the patient may lie a vertebra further, and must be searched for.
    public var longestGap = 0.5

    /// At the start, before any frame: how far the group may lie from where it was said to be.
    public var startTurn = 6.0 * .pi / 180
    public var startShift = 12.0
    public var startDepthShift = 6.0

    /// How far the rest of the anatomy moves within a second, standard deviations: in an image (mm at the detector), in the room (mm), and its turn.
    public var restShift = 15.0
    public var restPlaceShift = 8.0
    public var restTurn = 2.0 * .pi / 180
    /// How far it may lie at the start from where the spine says.
    public var restStartShift = 6.0
    public var restStartTurn = 3.0 * .pi / 180
    /// Its place in the room is looked for so often, s, and the result taken over so long after.
    public var restInterval = 1.0
    public var restDelay = 0.3
    /// In one view the shift along the ray is published with at least this standard deviation, mm: what single-view tracking is known to err by.
    public var leastDepthDeviation = 10.0

    /// Published standard deviations are the estimated ones times this: what the estimate does not see is that flaws of the model persist from frame to
    /// frame. In two views 99 % of errors of development frames lay within two of these, 95 % along the worst axis, which one view alone shows.
    public var deviationMargin = 2.5
    /// A single view whose rays run this near to a vertebra's left-right axis, radians, shows it from the side; turns about axes across the rays are then published with at
    /// least this standard deviation. A phantom's vertebrae, which are symmetric, were found up to 5.8 degrees off there.
    public var sideView = 35.0 * .pi / 180
    public var leastSideTurnDeviation = 3.0 * .pi / 180
    /// When a pose is doubted, and when it is given up.
    public var limits = TrustLimits()

    public init() {}
}

/// Two limits of each piece of evidence: beyond the first a vertebra is DEGRADED, beyond the second LOST.
public struct TrustLimits: Codable, Equatable, Sendable {
    public struct Pair: Codable, Equatable, Sendable {
        public var degraded: Double
        public var lost: Double
    }

    /// At least: share of the vertebra's edges that is seen.
    public var visible = Pair(degraded: 0.85, lost: 0.4)
    /// At least: its contrast in standard deviations.
    public var significance = Pair(degraded: 8, lost: 4)
    /// At least: the whole images' agreement over its usual value.
    public var agreement = Pair(degraded: 0.85, lost: 0.7)
    /// At most: how far its contrast is from 1, as the logarithm to base 2 of the ratio.
    public var contrast = Pair(degraded: 0.6, lost: 1.3)
    /// At most: share of its edges with outlying residuals.
    public var outliers = Pair(degraded: 0.2, lost: 0.5)
    /// At most: share of its edges that metal hides, the mean over the views that show it.
    public var covered = Pair(degraded: 0.5, lost: 0.85)
    /// At most, in standard deviations.
    public var innovation = Pair(degraded: 2.5, lost: 4)
    public var neighbours = Pair(degraded: 2.2, lost: 3.5)
    /// At most: how far apart two views see the spine, mm. Development frames of right calibration have 0.06, and 0.31 when one of two views is a pixel of 0.6 mm off.
    public var viewsApart = Pair(degraded: 0.3, lost: 1.5)
    /// At most: standard deviation of the rotation, radians, and of the shift across the rays, mm.
    public var turnDeviation = Pair(degraded: 1.5 * .pi / 180, lost: 4.0 * .pi / 180)
    public var shiftDeviation = Pair(degraded: 1.2, lost: 3)

    public init() {}
}
