import Tracking

/// All views at one moment.
public struct FluoroscopyMoment: Sendable {
    /// Counted from 0 in files; a live stream's own number, which rises and may skip some.
    public let index: Int
    /// Seconds; of the first view, where views differ.
    public let timeS: Double
    /// One a view, in the order of the geometry.
    public let frames: [XRayFrame]
    /// What is odd about each of them; all of a frame with `noSignal` is NaN.
    public let causes: [[FrameCause]]
    /// When the last of its frames came in; nil from files.
    public let arrival: ContinuousClock.Instant?
}
