import Anatomy

/// A level that a person named at a place: "the vertebra whose body's middle is at z = -812 mm is L3".
public struct LevelAnchor: Equatable, Sendable, CustomStringConvertible {
    /// LPS mm, towards the head.
    public var zLPS: Double
    public var level: VertebraLevel

    public init(zLPS: Double, level: VertebraLevel) {
        self.zLPS = zLPS
        self.level = level
    }

    /// Reads "z_lps=-812:L3"; case and spaces do not matter.
    ///
    /// - Throws: `NamingError.notAnAnchor`.
    public init(_ text: String) throws {
        let parts = text.filter { !$0.isWhitespace }.split(separator: ":", omittingEmptySubsequences: false)
        let prefix = "z_lps="
        guard parts.count == 2, parts[0].lowercased().hasPrefix(prefix), let z = Double(parts[0].dropFirst(prefix.count)), z.isFinite,
            let level = VertebraLevel(name: String(parts[1]))
        else { throw NamingError.notAnAnchor(text) }
        self.init(zLPS: z, level: level)
    }

    public var description: String { "z_lps=\(zLPS.tenths):\(level)" }
}
