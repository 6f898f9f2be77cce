/// A vertebral level. The raw value is its VerSe label id (C1 = 1 ... L5 = 24, L6 = 25, sacrum = 26, T13 = 28).
///
/// The sacrum stands under `s1`: the segment that carries its only pedicle screws here.
// swift-format-ignore: OneCasePerLine
public enum VertebraLevel: UInt8, CaseIterable, Sendable {
    case c1 = 1, c2, c3, c4, c5, c6, c7
    case t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12
    case l1, l2, l3, l4, l5, l6
    case s1
    case t13 = 28

    public enum Region: String, Codable, Sendable { case cervical, thoracic, lumbar, sacral }

    public var region: Region {
        switch self {
        case .c1, .c2, .c3, .c4, .c5, .c6, .c7: .cervical
        case .t1, .t2, .t3, .t4, .t5, .t6, .t7, .t8, .t9, .t10, .t11, .t12, .t13: .thoracic
        case .l1, .l2, .l3, .l4, .l5, .l6: .lumbar
        case .s1: .sacral
        }
    }

    /// The usual short name: "T12".
    public var name: String {
        switch self {
        case .t13: return "T13"
        case .s1: return "S1"
        case _ where rawValue <= 7: return "C\(rawValue)"
        case _ where rawValue <= 19: return "T\(rawValue - 7)"
        default: return "L\(rawValue - 19)"
        }
    }

    /// The level of a short name in any case ("T12", "l5"), or nil when there is none.
    public init?(name: String) {
        let wanted = name.uppercased()
        guard let level = VertebraLevel.allCases.first(where: { $0.name == wanted }) else { return nil }
        self = level
    }

    /// All levels from head to sacrum, T13 between T12 and L1.
    public static let craniocaudal: [VertebraLevel] = {
        var levels = allCases.filter { $0 != .t13 }
        levels.insert(.t13, at: levels.firstIndex(of: .l1)!)
        return levels
    }()

    /// Position from head (0) to sacrum.
    public var craniocaudalIndex: Int { VertebraLevel.craniocaudal.firstIndex(of: self)! }
}

extension VertebraLevel: Comparable {
    /// Cranial levels come first.
    public static func < (a: VertebraLevel, b: VertebraLevel) -> Bool { a.craniocaudalIndex < b.craniocaudalIndex }
}

/// Written as its name, which people read too.
extension VertebraLevel: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let level = VertebraLevel(name: name) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(name) is no vertebral level")
        }
        self = level
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}

extension VertebraLevel: CustomStringConvertible {
    public var description: String { name }
}
