/// How placed screws are searched, and when one is believed.
public struct ScrewParameters: Codable, Equatable, Sendable {
    /// How far a screw may stand from its plan, standard deviations: across and along its axis, mm, and its direction, radians. Free-hand screws miss their plan by
    /// 2 to 3 mm and 3 to 5 degrees.
    public var across = 3.0
    public var along = 3.0
    public var turn = 6.0 * .pi / 180
    /// Of the logarithm of the metal's attenuation about titanium's, and of the scatter's logit about what the view's contrast says.
    public var attenuationSpread = 0.35
    public var scatterSpread = 1.0
    /// Least-squares steps of the smoothed search and of the sharp one, at most.
    public var iterations = [8, 8]
    /// Gaussians of the smoothed search and of the sharp one, in places.
    public var sigmas = [3.0, 1.0]
    /// Residuals beyond so many standard deviations lose weight (Huber).
    public var huber = 2.0
    /// Of a slope: what a plain cylinder leaves of a real screw's image, line integrals a place.
    public var shapeError = 0.015
    /// The images' information is divided by this: residuals beside a screw vary together.
    public var inflation = 8.0
    /// Published standard deviations are the estimated ones times this: on development frames 83 to 93 % of errors lay within two estimated ones.
    public var deviationMargin = 1.5
    /// Where a plain shaft does not fit, a tulip is taken to stand on it, and a capsule of so much radius and length above the entry, mm, is left out of the comparison:
    /// tulips are 12 to 14 mm wide and tilt.
    public var tulipRadius = 8.0
    public var tulipLength = 16.0
    /// How far about its start a screw is looked for, mm.
    public var reach = 6.0
    /// A plan's shadow with a smaller share of metal places near it holds no screw.
    public var leastMetal = 0.35
    /// Correlation of slopes with the fitted shadow's, in each view that shows the screw: below the first uncertain, below the second not found.
    public var agreement = 0.85
    public var leastAgreement = 0.6
    /// The same at the tip's end, in the view where that is seen best.
    public var tipAgreement = 0.7
    /// Greatest distance from the plan of entry or tip, mm, and angle, radians: beyond it is another screw, or a tool.
    public var farthest = 10.0
    public var farthestTurn = 15.0 * .pi / 180
    /// Greatest standard deviation across the rays of entry and tip, mm.
    public var leastCertain = 1.5
    /// How far another plan must lie from the shadow in some view, mm, or the two cannot be told apart.
    public var apart = 8.0
    /// In one view the shift along the ray is published with at least this standard deviation, mm, as vertebrae's is.
    public var leastDepthDeviation = 10.0

    public init() {}
}
