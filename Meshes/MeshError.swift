import Frames

/// Why a field or a mesh could not be made, read or written.
public enum MeshError: Error, Equatable, CustomStringConvertible {
    case emptyMask
    case emptySurface
    case badParameter(name: String, value: Double, allowed: String)
    case gridTooLarge(voxels: Double, limit: Int)
    case gridsDiffer

    case unknownFormat(path: String)
    case notFinite(part: String)
    case exportFailed(reason: String)
    case importFailed(reason: String)
    case cannotRead(path: String, reason: String)
    case cannotWrite(path: String, reason: String)

    public var description: String {
        switch self {
        case .emptyMask: "the mask has no voxel set, so it has no surface: check the level and the label scheme"
        case .emptySurface:
            "the distance field has no inside, so there is no surface: the structure is thinner than the grid, or was cut away"
        case .badParameter(let name, let value, let allowed): "surface parameter \(name) is \(value); allowed is \(allowed)"
        case .gridTooLarge(let voxels, let limit):
            "the distance field would need \(Int(voxels.rounded())) voxels (limit \(limit)): the mask is larger than one vertebra, or gridSpacing too fine"
        case .gridsDiffer:
            "the distance fields' grids are not parts of one lattice: make them from masks cut out of one image, with one spacing"
        case .unknownFormat(let path): "\(path): the ending names no mesh format; use .stl, .ply, .obj or .glb"
        case .notFinite(let part): "mesh \(part) has a coordinate that is not finite"
        case .exportFailed(let reason): "the mesh could not be encoded: \(reason)"
        case .importFailed(let reason): "the mesh could not be decoded: \(reason)"
        case .cannotRead(let path, let reason): "\(path): the mesh cannot be read: \(reason)"
        case .cannotWrite(let path, let reason): "\(path): the mesh cannot be written: \(reason)"
        }
    }
}
