import Frames

/// A weighted sum of v v^T over vectors v.
struct Moments3 {
    private var diagonal = SIMD3<Double>()
    private var mixed = SIMD3<Double>()  // xy, xz, yz
    private(set) var weight = 0.0

    mutating func add(_ v: SIMD3<Double>, weight w: Double) {
        diagonal += w * v * v
        mixed += w * SIMD3(v.x * v.y, v.x * v.z, v.y * v.z)
        weight += w
    }

    mutating func addIdentity(_ w: Double) { diagonal += w }

    /// The unit direction along which the sum is least.
    var smallestDirection: SIMD3<Double>? {
        let eigen = try? symmetricEigen3(
            xx: diagonal.x, xy: mixed.x, xz: mixed.y, yy: diagonal.y, yz: mixed.z, zz: diagonal.z)
        return eigen?.vectors.0
    }
}
