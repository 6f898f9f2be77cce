import Frames
import Volumes

/// The fields with their insides at least about `clearance` mm apart: where two come nearer than that, each gives way by the same amount, so
/// that meshes of neighbouring vertebrae do not meet. Elsewhere nothing changes.
///
/// With a and b the distances to two bodies, (a - b + clearance) / 2 is positive from half the clearance before the surface midway between
/// them; a becomes max(a, (a - b + clearance) / 2). Both can be negative nowhere, as one needs a < b - clearance, the other b < a - clearance.
/// The results are zero surfaces to mesh, not true distances beside the cut.
/// - Complexity: linear in the nodes of overlapping grids.
public func separated<F>(_ fields: [SignedDistanceField<F>], clearance: Double) -> [SignedDistanceField<F>] {
    fields.indices.map { n in
        let neighbours = fields.indices.filter { $0 != n && fields[$0].overlaps(fields[n], reach: clearance) }.map { fields[$0] }
        return fields[n].givingWay(to: neighbours, clearance: clearance)
    }
}

extension SignedDistanceField {
    fileprivate func givingWay(to neighbours: [SignedDistanceField], clearance: Double) -> SignedDistanceField {
        guard !neighbours.isEmpty else { return self }
        let grid = volume.geometry
        var values = volume.voxels
        var at = 0
        for k in 0..<grid.size.z {
            for j in 0..<grid.size.y {
                for i in 0..<grid.size.x {
                    let own = Double(volume.voxels[at])
                    // Well outside, or deeper inside than a neighbour can reach, the result does not matter or does not change.
                    if own < 2 * spacing + clearance {
                        let point = grid.point(at: SIMD3(i, j, k))
                        for neighbour in neighbours {
                            let cut = (own - neighbour.distance(at: point) + clearance) / 2
                            if Float(cut) > values[at] { values[at] = Float(cut) }
                        }
                    }
                    at += 1
                }
            }
        }
        var cut = volume
        cut.voxels = values
        return SignedDistanceField(volume: cut)
    }

    fileprivate func overlaps(_ other: SignedDistanceField, reach: Double) -> Bool {
        let corners = other.volume.geometry.corners.map { volume.geometry.index(of: $0) }
        let lower = corners.reduce(corners[0]) { pointwiseMin($0, $1) }
        let upper = corners.reduce(corners[0]) { pointwiseMax($0, $1) }
        return all(lower .<= last + reach / spacing) && all(upper .>= SIMD3(repeating: -reach / spacing))
    }
}
