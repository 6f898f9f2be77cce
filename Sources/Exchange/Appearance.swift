import Anatomy

/// Colours of what is exported, the same as on lamina's live page: sRGB, 0 to 255.
enum Appearance: CaseIterable {
    case bone, leftScrew, rightScrew
    /// A screw of either side that breaks a hard rule, at a person's risk.
    case brokenRule

    init(_ side: Side) { self = side == .left ? .leftScrew : .rightScrew }

    /// Its place in `allCases`, by which files name materials.
    var index: Int { Appearance.allCases.firstIndex(of: self)! }

    var name: String {
        switch self {
        case .bone: "bone"
        case .leftScrew: "left screw"
        case .rightScrew: "right screw"
        case .brokenRule: "screw that breaks a rule"
        }
    }

    var sRGB: SIMD3<UInt8> {
        switch self {
        case .bone: SIMD3(0xe9, 0xdf, 0xc7)
        case .leftScrew: SIMD3(0x35, 0xd0, 0xe8)
        case .rightScrew: SIMD3(0xff, 0x5f, 0xd2)
        case .brokenRule: SIMD3(0xe0, 0x20, 0x20)
        }
    }

    /// 0 to 1, as 3D Slicer has it.
    var fractions: [Double] { [sRGB.x, sRGB.y, sRGB.z].map { (Double($0) / 255 * 1e4).rounded() / 1e4 } }

    /// "#E9DFC7".
    var hexadecimal: String {
        "#" + [sRGB.x, sRGB.y, sRGB.z].map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }
}
