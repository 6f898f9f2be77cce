import Tracking

/// Why frames and their geometry do not go together. What is wrong with one file alone is a `WireFileError` or an `ImageFileError`.
public enum FluoroscopyError: Error, Equatable, Sendable {
    /// Neither a folder with geometry.json nor a file that brings its own geometry.
    case noGeometry(path: String)
    /// A frame's geometry is no camera.
    case badCamera(file: String, view: String, frame: Int, error: CameraError)
    /// A file of several frames of which the geometry does not say which is meant.
    case noIndex(path: String, count: Int)

    /// A stable machine-readable name.
    public var code: String {
        switch self {
        case .noGeometry: "no_geometry"
        case .badCamera: "bad_camera"
        case .noIndex: "no_index"
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
        }
    }
}
