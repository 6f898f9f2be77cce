/// The limits of an evaluation.
public struct EvaluationParameters: Codable, Equatable, Sendable {
    /// A level is identified when the nearest predicted centroid carries its name and lies nearer than this, mm. VerSe's own: 20.
    public var identificationDistance = 20.0
    /// A label covers a vertebra when more than this part of the vertebra's voxels carries it (0 to 1).
    public var coverFraction = 0.25
    /// How far two grids' corners may lie apart and still count as the same grid, mm; as for the labels of a plan.
    public var gridTolerance = 0.05

    public init() {}

    enum CodingKeys: String, CodingKey {
        case identificationDistance = "identification_distance_mm"
        case coverFraction = "cover_fraction"
        case gridTolerance = "grid_tolerance_mm"
    }
}
