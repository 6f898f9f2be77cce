import Anatomy

/// Why vertebrae cannot be named or renamed.
public enum NamingError: Error, Equatable, CustomStringConvertible {
    case noDetections
    /// A number of this detection is not finite or out of its range; `what` names it.
    case badDetection(index: Int, what: String)
    /// The same for what was said of the whole scan.
    case badEvidence(what: String)
    case notAnAnchor(String)
    /// The nearest body is further off than half a vertebra; nil when there is none.
    case noBodyAtAnchor(LevelAnchor, nearest: Double?)
    /// No spine has the named levels at those places.
    case anchorsContradict([LevelAnchor])
    case shiftOutOfRange(level: VertebraLevel, by: Int)

    public var description: String {
        switch self {
        case .noDetections: "no vertebra was found, so none can be named"
        case .badDetection(let index, let what): "detection \(index): \(what)"
        case .badEvidence(let what): "the scan's evidence: \(what)"
        case .notAnAnchor(let text):
            "'\(text)' names no level at a place; write for example z_lps=-812:L3 (mm, as `lamina info` and viewers show it)"
        case .noBodyAtAnchor(let anchor, let nearest):
            "no vertebral body lies within half a vertebra of \(anchor)"
                + (nearest.map { "; the nearest is \($0.tenths) mm off" } ?? "") + "; give the z of the middle of the body"
        case .anchorsContradict(let anchors):
            "no spine has \(anchors.map(\.description).joined(separator: " and ")) with the vertebrae found; check the anchors"
        case .shiftOutOfRange(let level, let by):
            "\(level) moved by \(by) would leave the spine (C1 to L6); nothing was renamed"
        }
    }
}
