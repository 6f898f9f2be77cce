import Anatomy

/// What naming assumes. Defaults marked "VID" were measured by Tools/Training/naming_statistics.py (vertebra_spacing.json).
public struct NamingParameters: Codable, Equatable, Sendable {
    /// How often a vertebra between two found ones is not found (0 to 1). VID 0.009; more here, for metal and fractures, and so that a
    /// sure one is not left out for the gap beside it.
    public var missedRate = 0.05
    /// How often a view that ends below the last vertebra shows S1 as one more body (0 to 1). VID: 0.09; less here, for otherwise
    /// every L6 would be called S1.
    public var sacrumAsBody = 0.03
    /// Scores are held within this and 1 minus this, so that none is proof (0 to 0.5).
    public var scoreFloor = 0.05
    /// A finder's guesses of level or rib are wrong at least this often (0 to 0.5). VID: 4 % of T12 are taken for lumbar.
    public var guessError = 0.03
    /// How often people have each unusual anatomy (0 to 1). VID: L6 in 0.028 of the scans that show the lumbar end; T12 absent in 4 of the 29 that
    /// are counted from the neck, too few to believe. The others are not in that data; transitional anatomy of any kind has been reported in
    /// 4 to 36 % of people.
    public var sixLumbarRate = 0.028
    public var elevenThoracicRate = 0.03
    public var thirteenThoracicRate = 0.01
    public var fourLumbarRate = 0.02
    /// A distance to the curve through the neighbours that costs nothing, and the standard deviation beyond it, mm. A lordosis of
    /// 150 mm radius leaves the straight line by 15 mm within 70 mm.
    public var curveAllowance = 15.0
    public var curveSpread = 8.0
    /// The spread of people's sizes about the mean adult's, in log mm, and that of the few who are far off it, children and giants.
    public var sizeSpread = 0.1
    public var unusualSizeSpread = 0.35
    public var unusualSizeRate = 0.03
    /// An anchor settles the level when the naming it leads to is at least this probable (0.5 to 1).
    public var decisiveProbability = 0.95
    /// A warning of unusual anatomy is given from this probability on (0 to 1).
    public var anatomyWarning = 0.2

    public init() {}

    func prior(of anatomy: SpinalAnatomy) -> Double {
        switch anatomy {
        case .usual: 1 - sixLumbarRate - elevenThoracicRate - thirteenThoracicRate - fourLumbarRate
        case .sixLumbar: sixLumbarRate
        case .elevenThoracic: elevenThoracicRate
        case .thirteenThoracic: thirteenThoracicRate
        case .fourLumbar: fourLumbarRate
        }
    }
}
