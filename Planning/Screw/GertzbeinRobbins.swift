/// The grade of Gertzbein and Robbins (1990) by how far the screw stands outside the pedicle: A none, B under 2 mm, C under 4,
/// D under 6, E from 6 mm.
public enum GertzbeinRobbins: String, Codable, CaseIterable, Sendable {
    case a = "A"
    case b = "B"
    case c = "C"
    case d = "D"
    case e = "E"

    /// - Parameter breach: mm outside the cortex. Below 0.05 mm, the precision of the sampled surface, counts as none.
    public init(breach: Double) {
        switch breach {
        case ..<0.05: self = .a
        case ..<2: self = .b
        case ..<4: self = .c
        case ..<6: self = .d
        default: self = .e
        }
    }
}
