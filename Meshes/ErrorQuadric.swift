/// The sum of weighted squared distances to planes, as a function of a point (Garland and Heckbert, SIGGRAPH 1997).
struct ErrorQuadric {
    /// The symmetric matrix' diagonal xx, yy, zz and its other entries xy, yz, xz.
    private var diagonal = SIMD3<Double>()
    private var mixed = SIMD3<Double>()
    private var linear = SIMD3<Double>()
    private var constant = 0.0
    private(set) var weight = 0.0

    init() {}

    /// The plane through `point` with unit `normal`.
    init(point: SIMD3<Double>, normal n: SIMD3<Double>, weight w: Double) {
        let d = -(n * point).sum()
        diagonal = w * n * n
        mixed = w * SIMD3(n.x * n.y, n.y * n.z, n.x * n.z)
        linear = w * d * n
        constant = w * d * d
        weight = w
    }

    static func + (a: ErrorQuadric, b: ErrorQuadric) -> ErrorQuadric {
        var sum = a
        sum.diagonal += b.diagonal
        sum.mixed += b.mixed
        sum.linear += b.linear
        sum.constant += b.constant
        sum.weight += b.weight
        return sum
    }

    private func times(_ p: SIMD3<Double>) -> SIMD3<Double> {
        diagonal * p + SIMD3(mixed.x * p.y + mixed.z * p.z, mixed.x * p.x + mixed.y * p.z, mixed.z * p.x + mixed.y * p.y)
    }

    /// The mean squared distance to the planes, mm².
    func meanSquare(at p: SIMD3<Double>) -> Double {
        guard weight > 0 else { return 0 }
        return max(0, ((p * times(p)).sum() + 2 * (p * linear).sum() + constant) / weight)
    }

    /// The point of least error, drawn weakly to `start` so that along a plane or an edge, where the error is flat, it stays near it.
    func minimiser(near start: SIMD3<Double>) -> SIMD3<Double> {
        let pull = 1e-2 * weight
        let residual = -(times(start) + linear)
        let a = diagonal + pull
        let r0 = SIMD3(a.x, mixed.x, mixed.z)
        let r1 = SIMD3(mixed.x, a.y, mixed.y)
        let r2 = SIMD3(mixed.z, mixed.y, a.z)
        let c12 = r1.cross(r2)
        let determinant = (r0 * c12).sum()
        guard determinant > 0 else { return start }
        // Cramer's rule for a symmetric matrix: the inverse's rows are the cross products of the rows.
        let step = (residual.x * c12 + residual.y * r2.cross(r0) + residual.z * r0.cross(r1)) / determinant
        return start + step
    }
}
