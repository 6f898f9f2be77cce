/// Ways to scan the same phantom that catch readers and planners which trust the scanner's axes.
public enum PhantomVariant: String, Codable, CaseIterable, Sendable {
    /// Upright in a grid along LPS.
    case plain
    /// A grid turned by 20° about a skew axis, as with an oblique reconstruction.
    case oblique
    /// The patient turned by 25° about a skew axis in a grid along LPS.
    case rotated
    /// Thick slices: 0.7 x 0.7 x 2.5 mm.
    case anisotropic
    /// k runs downwards while i and j stay: a left-handed grid.
    case leftHanded = "left-handed"

    /// Changes `parameters` to this variant.
    public func apply(to parameters: inout PhantomParameters) {
        switch self {
        case .plain: break
        case .oblique: parameters.gridTurn = .init(axis: SIMD3(1, 2, -1), angleDeg: 20)
        case .rotated: parameters.patientTurn = .init(axis: SIMD3(2, -1, 1), angleDeg: 25)
        case .anisotropic: parameters.spacing = SIMD3(0.7, 0.7, 2.5)
        case .leftHanded: parameters.leftHanded = true
        }
    }
}
