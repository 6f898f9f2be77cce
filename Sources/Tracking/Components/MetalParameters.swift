/// What counts as metal in an image.
public struct MetalParameters: Codable, Equatable, Sendable {
    /// Places at the detector, mm: the level of a registration that is nearest to it is searched.
    public var fineness = 2.4
    /// How far a place must stand out above what the CT explains there, as a line integral that no scatter fills: 0.9 is 3 mm of titanium (0.28/mm at 65 keV,
    /// NIST XCOM). Bone and soft tissue of development frames stood out by 0.6 at most, and not steeply.
    public var excess = 0.9
    /// Places beside it that stand out by this share of it belong to it.
    public var shoulder = 0.5
    /// How much of its peak a shadow must lose over two places somewhere.
    public var steepness = 0.5
    /// The same where nothing is known of the patient's place, and scatter's filling is not known either: bone of development frames stood out by 0.64 in the dark
    /// beside a lung, screws by 1.1 and more.
    public var unmistakableExcess = 0.9
    /// What is wider at the detector, mm, is no screw, rod or tool: soft tissue, the table, scatter that the CT does not explain. A tulip is 19 mm wide there.
    public var widest = 26.0
    /// Half the side of the square that scatter is smeared over, mm at the detector.
    public var scatterReach = 40.0
    /// How far metal is taken to reach beyond where it was seen, mm at the detector: half a shadow's edge.
    public var margin = 2.4

    public init() {}
}
