import Frames
import Volumes

/// What was measured of a mesh against the mask that it came from. Lengths in mm.
public struct MeshReport: Codable, Equatable, Sendable {
    public var triangles = 0
    public var vertices = 0
    public var volume = 0.0
    public var area = 0.0
    public var lower: [Double] = []
    public var upper: [Double] = []
    public var eulerCharacteristic = 0
    public var genus = 0
    public var components = 0
    public var isClosedManifold = false
    public var selfIntersections = 0

    /// The mask's volume: its voxels, less dropped pieces, plus filled cavities.
    public var maskVolume = 0.0
    public var volumeChangePercent = 0.0
    public var repairs = SolidRepairs()
    /// Half the diagonal of the mask's voxels: the bound that the 95th percentiles are held to.
    public var halfVoxelDiagonal = 0.0
    /// Distance from the mesh to the mask's border, weighted by area.
    public var meshToMaskP95 = 0.0
    public var meshToMaskMax = 0.0
    /// Distance from the mask's border to the mesh's surface: large where a thin part was lost.
    public var maskToMeshP95 = 0.0
    public var maskToMeshMax = 0.0

    enum CodingKeys: String, CodingKey {
        case triangles, vertices
        case volume = "volume_mm3"
        case area = "area_mm2"
        case lower = "lower_mm"
        case upper = "upper_mm"
        case eulerCharacteristic = "euler_characteristic"
        case genus, components
        case isClosedManifold = "closed_manifold"
        case selfIntersections = "self_intersections"
        case maskVolume = "mask_volume_mm3"
        case volumeChangePercent = "volume_change_percent"
        case repairs
        case halfVoxelDiagonal = "half_voxel_diagonal_mm"
        case meshToMaskP95 = "mesh_to_mask_p95_mm"
        case meshToMaskMax = "mesh_to_mask_max_mm"
        case maskToMeshP95 = "mask_to_mesh_p95_mm"
        case maskToMeshMax = "mask_to_mesh_max_mm"
    }

    public init() {}

    /// Measures `surface`; `field` is the one it was made from.
    ///
    /// Accuracy: distances from the mesh are sampled at each triangle's centre and corners; those from the mask at its faces' centres, read from
    /// the field and so to about 0.05 mm. Complexity: linear in triangles and in the mask's box.
    public init<F>(of surface: SolidSurface<F>, field: SignedDistanceField<F>, mask: Volume<Bool, F>) {
        self.init(surface.mesh)
        repairs = surface.repairs
        let voxel = mask.geometry.voxelVolume
        maskVolume = Double(mask.voxels.count { $0 }) * voxel - repairs.droppedVolume + repairs.filledVolume
        volumeChangePercent = 100 * (volume / maskVolume - 1)
        halfVoxelDiagonal = mask.geometry.voxelDiagonal / 2
        guard let border = MaskBorder(mask) else { return }
        (meshToMaskP95, meshToMaskMax) = surface.mesh.plain.distances(to: border)
        var samples: [(Double, Double)] = []
        border.forEachFace { samples.append((abs(field.distance(at: Point($0))), $1)) }
        (maskToMeshP95, maskToMeshMax) = spread(&samples)
    }

    /// Measures a mesh that has no mask, such as the sum of several.
    public init<F>(_ mesh: TriangleMesh<F>) {
        let plain = mesh.plain
        let topology = plain.topology
        triangles = mesh.triangles.count
        vertices = mesh.vertices.count
        volume = plain.volume
        area = plain.area
        if let bounds = mesh.bounds {
            lower = [bounds.lower.x, bounds.lower.y, bounds.lower.z]
            upper = [bounds.upper.x, bounds.upper.y, bounds.upper.z]
        }
        eulerCharacteristic = topology.eulerCharacteristic
        genus = topology.genus
        components = topology.components
        isClosedManifold = topology.isClosedManifold
        selfIntersections = plain.selfIntersectingTriangles().count
    }
}

extension PlainMesh {
    /// The 95th percentile, by area, and the maximum of the distance to a mask's border.
    fileprivate func distances(to border: MaskBorder) -> (p95: Double, max: Double) {
        var atVertices = [Double](repeating: 0, count: vertices.count)
        for n in vertices.indices { atVertices[n] = border.distance(from: vertices[n]) }
        var samples: [(Double, Double)] = []
        samples.reserveCapacity(4 * triangles.count)
        for t in triangles {
            let (a, b, c) = corners(of: t)
            let area = (b - a).cross(c - a).length / 2
            samples.append((border.distance(from: (a + b + c) / 3), 0.25 * area))
            for corner in 0..<3 { samples.append((atVertices[Int(t[corner])], 0.25 * area)) }
        }
        return spread(&samples)
    }
}

/// The weighted 95th percentile and the maximum of (value, weight) pairs; 0 without any.
private func spread(_ samples: inout [(Double, Double)]) -> (p95: Double, max: Double) {
    samples.sort { $0.0 < $1.0 }
    guard let last = samples.last else { return (0, 0) }
    let total = samples.reduce(0) { $0 + $1.1 }
    var passed = 0.0
    for (value, weight) in samples {
        passed += weight
        if passed >= 0.95 * total { return (value, last.0) }
    }
    return (last.0, last.0)
}
