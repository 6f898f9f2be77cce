/// The mesh files that are read and written. All hold LPS coordinates in millimetres, except GLB, which glTF defines in metres.
public enum MeshFormat: String, CaseIterable, Codable, Sendable {
    /// Binary STL; its header holds "SPACE=LPS", which 3D Slicer obeys, and "UNIT=mm".
    case stl
    /// Binary PLY with a comment "SPACE=LPS".
    case ply
    /// Text OBJ with a comment "SPACE=LPS"; one group for each part.
    case obj
    /// Binary glTF 2 in metres, one node for each part; axes stay LPS (x left, y back, z head), not glTF's y up.
    case glb

    /// The format that a path's ending names, or nil.
    public init?(path: String) {
        guard let dot = path.lastIndex(of: "."), let format = MeshFormat(rawValue: path[path.index(after: dot)...].lowercased()) else {
            return nil
        }
        self = format
    }

    /// Millimetres to a unit of the file.
    var millimetresPerUnit: Double { self == .glb ? 1000 : 1 }

    var assimpExporter: String {
        switch self {
        case .stl: "stlb"
        case .ply: "plyb"
        case .obj: "objnomtl"
        case .glb: "glb2"
        }
    }
}
