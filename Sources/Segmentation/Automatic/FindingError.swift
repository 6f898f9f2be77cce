/// Why no vertebra could be found.
public enum FindingError: Error, Equatable, CustomStringConvertible {
    /// Nothing in the image looks like a vertebra.
    case noSpine

    public var description: String {
        switch self {
        case .noSpine:
            "no vertebra was found in the image: it shows no part of the spine from T1 to the sacrum, or it is not a CT in Hounsfield units"
        }
    }
}
