/// Why a segmentation model cannot be used. What is wrong with an ONNX file itself is an `InferenceError`.
public enum ModelError: Error, Equatable, CustomStringConvertible {
    /// The networks that belong to lamina are not beside the program.
    case builtInMissing(lookedIn: String)
    case unreadable(path: String)
    case badDescription(path: String, reason: String)
    /// A network does not give what its description says.
    case wrongOutputs(path: String, expected: String, found: String)

    public var description: String {
        switch self {
        case .builtInMissing(let folder):
            "lamina's own segmentation networks are not where they should be, in \(folder); copy the whole folder of the build, or build again"
        case .unreadable(let path): "\(path): cannot read the description of the segmentation model"
        case .badDescription(let path, let reason):
            "\(path): not a description of a segmentation model that can be used: \(reason). See model.schema.json in Protocols/Specification"
        case .wrongOutputs(let path, let expected, let found): "\(path): the network should give \(expected), and gives \(found)"
        }
    }
}
