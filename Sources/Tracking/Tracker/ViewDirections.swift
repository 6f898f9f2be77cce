import Frames

/// The direction from a view's source to a point.
func rayDirection(_ camera: CArmCamera, to point: Point<Room>) -> SIMD3<Double> {
    let ray = (point - camera.source).xyz
    return ray / ray.length
}

/// Whether two of the views see a point from directions at least 20 degrees apart, so that its depth is measured.
func viewsStandApart(_ cameras: [CArmCamera], at point: Point<Room>) -> Bool {
    let rays = cameras.map { rayDirection($0, to: point) }
    return rays.indices.contains { a in rays[..<a].contains { $0.cross(rays[a]).length > 0.342 } }
}

/// How long a motion is in standard deviations, by root mean square over its six parameters.
///
/// - Throws: `LinearAlgebraError.singular`.
func length(_ motion: PoseMotion, in covariance: SquareMatrix) throws -> Double {
    let d = motion.array
    let solved = try solvePositive(covariance.values, d)
    return (zip(d, solved).reduce(0) { $0 + $1.0 * $1.1 } / 6).squareRoot()
}

/// How long a motion's rotation and shift are in standard deviations, each by root mean square over its three parameters: the greater of both.
///
/// A shift by a whole vertebra must not be averaged away by a rotation that is as expected.
/// - Throws: `LinearAlgebraError.singular`.
func worstLength(_ motion: PoseMotion, in covariance: SquareMatrix) throws -> Double {
    let d = motion.array
    return try [0, 3].map { start in
        let part = Array(d[start..<(start + 3)])
        let solved = try solvePositive(covariance.block(start, start, size: 3).values, part)
        return (zip(part, solved).reduce(0) { $0 + $1.0 * $1.1 } / 3).squareRoot()
    }.max()!
}

extension SquareMatrix {
    /// Of a 3 x 3 covariance, the square root of the largest eigenvalue.
    ///
    /// - Throws: `LinearAlgebraError.singular`.
    func largestDeviation() throws -> Double {
        let eigen = try symmetricEigen3(
            xx: self[0, 0], xy: self[0, 1], xz: self[0, 2], yy: self[1, 1], yz: self[1, 2], zz: self[2, 2])
        return max(0, eigen.values.z).squareRoot()
    }

    /// Takes a direction out of a 3 x 3 covariance.
    mutating func flatten(along direction: SIMD3<Double>) {
        var keep = SquareMatrix(order: 3)
        for i in 0..<3 { for j in 0..<3 { keep[i, j] = (i == j ? 1 : 0) - direction[i] * direction[j] } }
        self = keep * self * keep
    }

    /// Makes the variances of a pose's turns about all axes across a direction at least `deviation` squared.
    mutating func widenTurns(across direction: SIMD3<Double>, to deviation: Double) {
        let any = abs(direction.x) < 0.6 ? SIMD3<Double>(1, 0, 0) : SIMD3<Double>(0, 1, 0)
        let one = direction.cross(any) / direction.cross(any).length
        for axis in [one, direction.cross(one)] {
            var variance = 0.0
            for i in 0..<3 { for j in 0..<3 { variance += axis[i] * self[i, j] * axis[j] } }
            let missing = max(0, deviation * deviation - variance)
            for i in 0..<3 { for j in 0..<3 { self[i, j] += missing * axis[i] * axis[j] } }
        }
    }

    /// Makes the variance of a pose's shift along a direction at least `deviation` squared.
    mutating func widen(along direction: SIMD3<Double>, to deviation: Double) {
        var variance = 0.0
        for i in 0..<3 { for j in 0..<3 { variance += direction[i] * self[3 + i, 3 + j] * direction[j] } }
        let missing = max(0, deviation * deviation - variance)
        for i in 0..<3 { for j in 0..<3 { self[3 + i, 3 + j] += missing * direction[i] * direction[j] } }
    }
}
