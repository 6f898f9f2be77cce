import Anatomy
import Frames
import Volumes

/// Which part of a place belongs to a vertebra and which to others, between the voxels of a label map.
struct LabelShare: Sendable {
    let labels: LabelVolume
    let id: UInt8

    /// Trilinear shares of the label and of all other labels, 0 to 1; both 0 outside the grid.
    func at(_ point: Point<Patient>) -> (own: Float, others: Float) {
        let grid = labels.geometry
        let index = grid.index(of: point)
        guard index.min() > -1, all(index .< SIMD3<Double>(grid.size)) else { return (0, 0) }
        let base = index.rounded(.down)
        let part = index - base
        let (i, j, k) = (Int(base.x), Int(base.y), Int(base.z))
        var (own, others) = (0.0, 0.0)
        for corner in 0..<8 {
            let (di, dj, dk) = (corner & 1, corner >> 1 & 1, corner >> 2)
            guard grid.contains(i + di, j + dj, k + dk) else { continue }
            let label = labels.voxels[grid.offset(i + di, j + dj, k + dk)]
            guard label != 0 else { continue }
            let weight = (di == 1 ? part.x : 1 - part.x) * (dj == 1 ? part.y : 1 - part.y) * (dk == 1 ? part.z : 1 - part.z)
            if label == id { own += weight } else { others += weight }
        }
        return (Float(own), Float(others))
    }
}
