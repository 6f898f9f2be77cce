/// How far two surfaces lie apart, mm, over the voxels of both: from each to the nearest voxel of the other.
public struct SurfaceDistances: Equatable, Sendable {
    /// The mean over all voxels of both surfaces together (average symmetric surface distance).
    public var average: Double
    /// The 95th percentile of the same distances, between two of them by straight line.
    public var hausdorff95: Double

    /// Nil when one of the surfaces has no voxel.
    ///
    /// - Complexity: O(n log n) for surfaces that lie near each other.
    init?(_ a: [SIMD3<Double>], _ b: [SIMD3<Double>]) {
        guard !a.isEmpty, !b.isEmpty else { return nil }
        let pooled = (PointTree(b).distances(from: a) + PointTree(a).distances(from: b)).sorted()
        average = pooled.reduce(0, +) / Double(pooled.count)
        hausdorff95 = percentile(95, ofSorted: pooled)
    }
}

/// The value below which `percent` of the values lie, interpolated between the two beside it: value (n - 1) x percent / 100, counted from 0.
func percentile(_ percent: Double, ofSorted values: [Double]) -> Double {
    let place = Double(values.count - 1) * percent / 100
    let below = Int(place)
    let above = min(below + 1, values.count - 1)
    return values[below] + (place - Double(below)) * (values[above] - values[below])
}
