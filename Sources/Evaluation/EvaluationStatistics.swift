/// Means and medians over several reference vertebrae.
public struct EvaluationStatistics: Equatable, Sendable {
    /// Of one measure, over those vertebrae that have it.
    public struct Spread: Encodable, Equatable, Sendable {
        public var count: Int
        public var mean: Double
        public var median: Double

        /// Nil when there are no values.
        init?(_ values: [Double]) {
            guard !values.isEmpty else { return nil }
            count = values.count
            mean = values.reduce(0, +) / Double(values.count)
            median = percentile(50, ofSorted: values.sorted())
        }
    }

    public var vertebraCount: Int
    public var identifiedCount: Int
    /// A vertebra that is not predicted counts as 0.
    public var dice: Spread?
    public var iou: Spread?
    /// mm, over predicted vertebrae only, as for the two that follow.
    public var averageSurfaceDistance: Spread?
    public var hausdorff95: Spread?
    public var centroidDistance: Spread?

    /// Nil when there are no vertebrae.
    public var identificationRate: Double? { vertebraCount > 0 ? Double(identifiedCount) / Double(vertebraCount) : nil }

    init(of vertebrae: [VertebraEvaluation]) {
        vertebraCount = vertebrae.count
        identifiedCount = vertebrae.count(where: \.isIdentified)
        dice = Spread(vertebrae.map(\.dice))
        iou = Spread(vertebrae.map(\.iou))
        averageSurfaceDistance = Spread(vertebrae.compactMap(\.surface?.average))
        hausdorff95 = Spread(vertebrae.compactMap(\.surface?.hausdorff95))
        centroidDistance = Spread(vertebrae.compactMap(\.centroidDistance))
    }
}
