import Frames
import Volumes

/// The fields with their insides at least about `clearance` mm apart: where two come nearer than that, each gives way by the same amount, so
/// that meshes of neighbouring vertebrae do not meet. Elsewhere nothing changes.
///
/// With a and b the distances to two bodies, (a - b + clearance) / 2 is positive from half the clearance before the surface midway between
/// them; a becomes max(a, (a - b + clearance) / 2), and b likewise. At each node the two then add up to the clearance or more, and so does what
/// is interpolated linearly between nodes: where one is 0 the other is not below the clearance. Meshes from `marchingTetrahedra`, which
/// interpolates so, are therefore apart by construction, because the fields share their nodes.
/// The results are zero surfaces to mesh, not true distances beside the cut.
/// - Parameter clearance: mm, at least a tenth of the grids' spacing, since meshing holds nodes off the surface by up to half of that.
/// - Throws: `MeshError.badParameter` for less clearance; `MeshError.gridsDiffer` unless all grids are parts of one lattice, as those of masks cut from one image are (`signedDistance`).
/// - Complexity: linear in the nodes of overlapping grids.
public func separated<F>(_ fields: [SignedDistanceField<F>], clearance: Double) throws -> [SignedDistanceField<F>] {
    guard let first = fields.first else { return [] }
    let least = first.spacing / 10
    guard clearance >= least else {
        let rounded = (least * 1000).rounded(.up) / 1000
        throw MeshError.badParameter(name: "clearance", value: clearance, allowed: "\(rounded) mm or more on this grid")
    }
    let boxes = try fields.map { try $0.box(onLatticeOf: first) }
    return fields.indices.map { n in
        var values = fields[n].volume.voxels
        for m in fields.indices where m != n {
            giveWay(&values, of: fields[n].volume.voxels, in: boxes[n], to: fields[m].volume.voxels, in: boxes[m], Float(clearance))
        }
        var volume = fields[n].volume
        volume.voxels = values
        return SignedDistanceField(volume: volume)
    }
}

/// Nodes from `lower` up to, but without, `lower + size` on a common lattice.
private struct LatticeBox {
    let lower: SIMD3<Int>
    let size: SIMD3<Int>
    func offset(_ i: Int, _ j: Int, _ k: Int) -> Int { ((k - lower.z) * size.y + j - lower.y) * size.x + i - lower.x }
}

/// Raises `values`, which begin as `own`, where `other` demands it.
private func giveWay(
    _ values: inout [Float], of own: [Float], in box: LatticeBox, to other: [Float], in otherBox: LatticeBox, _ clearance: Float
) {
    let lower = pointwiseMax(box.lower, otherBox.lower)
    let upper = pointwiseMin(box.lower &+ box.size, otherBox.lower &+ otherBox.size)
    guard all(lower .< upper) else { return }
    for k in lower.z..<upper.z {
        for j in lower.y..<upper.y {
            let (to, from) = (box.offset(lower.x, j, k), otherBox.offset(lower.x, j, k))
            for i in 0..<(upper.x - lower.x) {
                values[to + i] = max(values[to + i], (own[to + i] - other[from + i] + clearance) / 2)
            }
        }
    }
}

extension SignedDistanceField {
    /// Where this field's grid lies on the lattice that begins with another's first node.
    fileprivate func box(onLatticeOf other: SignedDistanceField) throws -> LatticeBox {
        let (grid, lattice) = (volume.geometry, other.volume.geometry)
        let first = lattice.index(of: grid.origin)
        let last = lattice.index(of: grid.point(at: grid.size &- 1))
        let lower = first.rounded(.toNearestOrEven)
        let off = first - lower
        let stretch = last - first - SIMD3<Double>(grid.size &- 1)
        // A thousandth of a node: more than rounding makes of a grid's place, far less than any clearance.
        guard max(off.length, stretch.length) < 1e-3 else { throw MeshError.gridsDiffer }
        return LatticeBox(lower: SIMD3<Int>(lower), size: grid.size)
    }
}
