/// What frames are made with; millimetres and degrees unless a name says otherwise.
public struct SimulationParameters: Codable, Equatable, Sendable {
    /// Everything random comes from it: the C-arm's place, motion, start, noise.
    public var seed: UInt64 = 1
    public var views: [ProjectionView] = [.ap, .lat]
    public var frames = 45
    public var framesPerSecond = 15.0
    public var motion = MotionKind.breathing

    /// Columns, and as many rows.
    public var pixels = 512
    /// Between pixel centres at the detector.
    public var pixelSpacing = 0.6
    /// Usual of a mobile C-arm.
    public var sourceDetector = 1020.0
    public var sourceIsocentre = 700.0
    /// The C-arm stands askew by up to so much about each of its axes, and the central ray meets the detector up to so many pixels off its middle:
    /// nothing in a real room is straight.
    public var askewDegrees = 3.0
    public var offCentrePixels = 5.0

    /// X-rays counted in a pixel behind the vertebrae, scatter included: the median of the pixels within 12 mm of a vertebra's origin in the first frame,
    /// before any shutter closes. 0: no noise.
    public var photons = 200.0
    /// Scatter over primary, at the median of the same pixels.
    public var scatterToPrimary = 0.5
    /// Standard deviation, at the detector, of the Gaussian that scatter is the primary seen through.
    public var scatterSigma = 40.0
    /// Shutters close around the vertebrae that are followed.
    public var isCollimated = false
    /// The planned screws are in place, of titanium.
    public var hasImplants = false

    /// How far the rough start lies off the truth, in a direction of the seed's.
    public var startDegrees = 2.0
    public var startMillimetres = 3.0
    /// Standard deviation of picked landmarks along u and v, pixels: a careful hand.
    public var landmarkPixels = 1.5

    public init() {}
}

/// Streams of random numbers, one for each thing that is drawn, so that more frames or fewer views leave the rest as it was.
enum RandomUse {
    static let motion: UInt64 = 1
    static let start: UInt64 = 2
    static let landmarks: UInt64 = 3

    static func camera(_ view: ProjectionView) -> UInt64 { view == .ap ? 10 : 11 }
    static func noise(_ view: ProjectionView, frame: Int) -> UInt64 { camera(view) << 32 + UInt64(frame) }
}
