import Foundation
import Frames
import Volumes

/// The header of a NRRD file whose voxels follow raw and little-endian, i fastest, in LPS mm.
///
/// - Parameters:
///   - type: NRRD's name of the voxels' type.
///   - fields: keys and values of another program's, in order.
func nrrdHeader(_ geometry: GridGeometry<Patient>, type: String, fields: [(key: String, value: String)] = []) -> Data {
    func vector(_ v: SIMD3<Double>) -> String { "(\(v.x),\(v.y),\(v.z))" }
    let (x, y, z) = geometry.axes
    let directions = [x * geometry.spacing.x, y * geometry.spacing.y, z * geometry.spacing.z].map(vector).joined(separator: " ")
    let lines =
        [
            "NRRD0004", "type: \(type)", "dimension: 3", "space: left-posterior-superior",
            "sizes: \(geometry.size.x) \(geometry.size.y) \(geometry.size.z)", "space directions: \(directions)",
            "kinds: domain domain domain",
            "endian: little", "encoding: raw", "space origin: \(vector(geometry.origin.xyz))",
        ] + fields.map { "\($0.key):=\($0.value)" }
    return Data((lines.joined(separator: "\n") + "\n\n").utf8)
}
