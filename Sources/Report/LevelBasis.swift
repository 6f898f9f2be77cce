import Foundation

/// What the names of the levels rest on.
public enum LevelBasis: Equatable, Sendable {
    /// Lamina counted. `anchors` are those of segmentation.json; an estimate is what nothing in view settles.
    case counted(anchors: [String], probability: Double, isEstimate: Bool)
    /// A label map named them, in a scheme.
    case given(scheme: String)
    /// A person moved the count.
    case renamed
    case unknown

    var isEstimate: Bool { if case .counted(_, _, true) = self { true } else { false } }

    var sentence: String {
        switch self {
        case .counted(let anchors, let probability, let isEstimate):
            let percent = String(format: "%.0f", 100 * probability)
            let seen = anchors.isEmpty ? "nothing in view" : anchors.map(Self.words).joined(separator: " and ")
            return isEstimate
                ? "Lamina's own count is an ESTIMATE (probability \(percent) %): \(seen) settles it. Count the vertebrae before any use."
                : "Lamina's own count, settled by \(seen) (probability \(percent) %)."
        case .given(let scheme): return "The names are those of the label map that was given (scheme \(scheme)). Lamina did not count."
        case .renamed: return "A person moved the count ('lamina relabel'); the warnings below say by how much."
        case .unknown: return "It is not known what the names rest on. Count the vertebrae before any use."
        }
    }

    private static func words(_ anchor: String) -> String {
        switch anchor {
        case "user": "a level that a person named"
        case "sacrum": "the sacrum in view"
        case "ribs": "the last ribs in view"
        case "skull": "the skull in view"
        case "guesses": "the change from one region of the spine to the next"
        default: anchor
        }
    }
}
