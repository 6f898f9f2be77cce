import Tracking

/// Why frames and their geometry do not go together. What is wrong with one file alone is a `WireFileError` or an `ImageFileError`.
public enum FluoroscopyError: Error, Equatable, Sendable {
    /// Neither a folder with geometry.json nor a file that brings its own geometry.
    case noGeometry(path: String)
    /// A frame's geometry is no camera.
    case badCamera(file: String, view: String, frame: Int, error: CameraError)
    /// A file of several frames of which the geometry does not say which is meant.
    case noIndex(path: String, count: Int)
    /// A DICOM attribute that is needed, is not there, and was not assumed.
    case missingTag(path: String, tag: String, assumption: String)
    /// A file that says it all and cannot be used all the same.
    case unusable(path: String, reason: String)
    /// An assumption that says nothing.
    case badAssumption(String, reason: String)

    /// A stable machine-readable name.
    public var code: String {
        switch self {
        case .noGeometry: "no_geometry"
        case .badCamera: "bad_camera"
        case .noIndex: "no_index"
        case .missingTag: "missing_tag"
        case .unusable: "unusable_frames"
        case .badAssumption: "bad_assumption"
        }
    }
}

extension FluoroscopyError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noGeometry(let path):
            "\(path): no geometry; give a folder with geometry.json (Protocols/Specification/fluoroscopy.md), or a DICOM XA or RF file"
        case .badCamera(let file, let view, let frame, let error): "\(file): view \(view), frame \(frame): \(error)"
        case .noIndex(let path, let count):
            "\(path): it holds \(count) frames, and geometry.json does not say which; add its index, counted from 0"
        case .missingTag(let path, let tag, let assumption):
            "\(path): the attribute \(tag) is missing; if you know it, assume \(assumption), or write a geometry.json"
        case .unusable(let path, let reason): "\(path): \(reason); write a geometry.json for it"
        case .badAssumption(let text, let reason): "the assumption \(text): \(reason)"
        }
    }
}
