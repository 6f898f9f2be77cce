/// What came in over a live stream.
public struct FrameStreamCounts: Codable, Equatable, Sendable {
    public var messages = 0
    /// Complete ones.
    public var moments = 0
    /// Complete ones that nobody took before the next was complete.
    public var skipped = 0
    /// Moments of which a view was missing when the next began.
    public var incomplete = 0
    /// Messages passed over, by the code of the reason.
    public var refused: [String: Int] = [:]

    public init() {}
}

extension FrameStreamCounts: CustomStringConvertible {
    /// Such as `91 messages, 45 whole moments, 12 skipped, 0 incomplete, 1 messages refused: old_moment 1`.
    public var description: String {
        let total = refused.values.reduce(0, +)
        let reasons = refused.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return "\(messages) messages, \(moments) whole moments, \(skipped) skipped, \(incomplete) incomplete, \(total) messages refused"
            + (reasons.isEmpty ? "" : ": \(reasons)")
    }
}
