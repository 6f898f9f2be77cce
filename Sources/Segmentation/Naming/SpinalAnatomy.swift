import Anatomy

/// How many vertebrae a person has above the sacrum.
public enum SpinalAnatomy: String, Codable, CaseIterable, Sendable {
    case usual
    /// No T12: the last rib is on T11.
    case elevenThoracic = "eleven_thoracic"
    /// A T13 with ribs.
    case thirteenThoracic = "thirteen_thoracic"
    /// An L6, or a lumbarised S1 that counts as one.
    case sixLumbar = "six_lumbar"
    /// No L5, or one that has become part of the sacrum.
    case fourLumbar = "four_lumbar"

    /// Its levels from head to sacrum.
    public var levels: [VertebraLevel] {
        VertebraLevel.craniocaudal.filter { level in
            switch level {
            case .t12: self != .elevenThoracic
            case .t13: self == .thirteenThoracic
            case .l5: self != .fourLumbar
            case .l6: self == .sixLumbar
            default: true
            }
        }
    }

    var description: String {
        switch self {
        case .usual: "the usual twelve thoracic and five lumbar vertebrae"
        case .elevenThoracic: "eleven thoracic vertebrae (no T12)"
        case .thirteenThoracic: "thirteen thoracic vertebrae (T13)"
        case .sixLumbar: "six lumbar vertebrae (L6, or a lumbarised S1)"
        case .fourLumbar: "four lumbar vertebrae (L5 absent or sacralised)"
        }
    }
}

/// Whether levels that follow one another in a chain show an unusual anatomy, and which. A gap in the chain shows nothing.
///
/// - Parameter steps: neighbours in a chain with no vertebra missing between them.
func unusualAnatomy(of levels: [VertebraLevel], steps: [(VertebraLevel, VertebraLevel)]) -> SpinalAnatomy? {
    if levels.contains(.t13) { return .thirteenThoracic }
    if levels.contains(.l6) { return .sixLumbar }
    if steps.contains(where: { $0.0 == .t11 && $0.1 == .l1 }) { return .elevenThoracic }
    if steps.contains(where: { $0.0 == .l4 && $0.1 == .s1 }) { return .fourLumbar }
    return nil
}
