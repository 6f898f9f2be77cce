/// How the vertebrae move.
public enum MotionKind: String, Codable, Sendable, CaseIterable {
    /// Not at all.
    case still
    /// To and fro with the breath, all together, and a little each on its own.
    case breathing
    /// Each on its own, as when a surgeon pulls at one after the other.
    case manipulation
    /// All of the patient jumps once, as when somebody leans on the table.
    case step

    /// RMS length of each vertebra's own turning (degrees) and shift (mm) over all seeds.
    var own: (degrees: Double, millimetres: Double) {
        switch self {
        case .still, .step: (0, 0)
        case .breathing: (0.3, 0.2)
        case .manipulation: (1.5, 1.0)
        }
    }

    /// RMS of the breath's way, mm; vertebrae were seen to move by 2 mm along the spine.
    var breath: Double { self == .breathing ? 2 : 0 }

    /// Length of the jump, mm.
    var jump: Double { self == .step ? 4 : 0 }
}
