/// A side of the patient, never of the picture.
public enum Side: String, Codable, CaseIterable, Sendable {
    case left
    case right

    /// The sign of this side's x in any frame whose +x points to the patient's left.
    public var leftwardSign: Double { self == .left ? 1 : -1 }
}
