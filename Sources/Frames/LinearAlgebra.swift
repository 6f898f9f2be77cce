import CEigenShim

// The only file that imports the Eigen shim.

public enum LinearAlgebraError: Error, Equatable {
    /// Too few rows or points for what was asked.
    case tooFew(count: Int, needed: Int)
    /// The system is singular or the input is not finite.
    case singular
}

private func check(_ status: lamina_eigen_status, count: Int, needed: Int) throws {
    switch status {
    case LAMINA_EIGEN_OK: return
    case LAMINA_EIGEN_BAD_COUNT: throw LinearAlgebraError.tooFew(count: count, needed: needed)
    default: throw LinearAlgebraError.singular
    }
}

/// Eigenvalues in ascending order with their unit eigenvectors.
public struct SymmetricEigen3: Sendable {
    public var values: SIMD3<Double>
    public var vectors: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)
}

/// The eigen decomposition of the symmetric 3x3 matrix [xx xy xz; xy yy yz; xz yz zz].
///
/// - Throws: `LinearAlgebraError.singular` when an entry is not finite.
public func symmetricEigen3(xx: Double, xy: Double, xz: Double, yy: Double, yz: Double, zz: Double) throws -> SymmetricEigen3 {
    let matrix = [xx, xy, xz, xy, yy, yz, xz, yz, zz]
    guard matrix.allSatisfy(\.isFinite) else { throw LinearAlgebraError.singular }
    var values = [Double](repeating: 0, count: 3)
    var v = [Double](repeating: 0, count: 9)
    try check(lamina_eigen_symmetric3(matrix, &values, &v), count: 3, needed: 3)
    return SymmetricEigen3(
        values: SIMD3(values[0], values[1], values[2]),
        vectors: (SIMD3(v[0], v[1], v[2]), SIMD3(v[3], v[4], v[5]), SIMD3(v[6], v[7], v[8])))
}

/// The least-squares solution x of A x = b; `a` is row-major with `columns` columns.
///
/// - Throws: `LinearAlgebraError` when there are fewer rows than columns or the columns are dependent.
/// - Complexity: O(rows * columns^2).
public func leastSquares(_ a: [Double], columns: Int, _ b: [Double]) throws -> [Double] {
    precondition(columns > 0 && a.count == b.count * columns, "A must have one row for each entry of b")
    var x = [Double](repeating: 0, count: columns)
    try check(lamina_eigen_least_squares(a, b, b.count, columns, &x), count: b.count, needed: columns)
    return x
}

/// The solution X of A X = B for a symmetric positive definite A; `a` is n x n, `b` n x columns, both row-major, as is X.
///
/// - Throws: `LinearAlgebraError.singular` when A is not positive definite or the solution is not finite.
/// - Complexity: O(n^3 + n^2 columns).
public func solvePositive(_ a: [Double], _ b: [Double], columns: Int = 1) throws -> [Double] {
    precondition(
        columns > 0 && b.count % columns == 0 && a.count == (b.count / columns) * (b.count / columns), "A and B must have as many rows")
    var x = [Double](repeating: 0, count: b.count)
    try check(lamina_eigen_solve_positive(a, b.count / columns, b, columns, &x), count: b.count / columns, needed: 1)
    guard x.allSatisfy(\.isFinite) else { throw LinearAlgebraError.singular }
    return x
}

/// The rigid transform that best maps `source` onto `target` point by point, and the root-mean-square residual in mm.
///
/// - Throws: `LinearAlgebraError.tooFew` with fewer than three pairs.
/// - Complexity: O(count). Source: Umeyama 1991 without scale.
public func rigidFit<To, From>(
    from source: [Point<From>], to target: [Point<To>]
) throws -> (transform: RigidTransform<To, From>, rms: Double) {
    precondition(source.count == target.count, "points must come in pairs")
    var r = [Double](repeating: 0, count: 9)
    var t = [Double](repeating: 0, count: 3)
    var rms = 0.0
    let flatSource = source.flatMap { [$0.x, $0.y, $0.z] }
    let flatTarget = target.flatMap { [$0.x, $0.y, $0.z] }
    try check(lamina_eigen_rigid_fit(flatSource, flatTarget, source.count, &r, &t, &rms), count: source.count, needed: 3)
    guard (r + t).allSatisfy(\.isFinite) else { throw LinearAlgebraError.singular }
    let rotation = Rotation<To, From>(
        columns: SIMD3(r[0], r[3], r[6]), SIMD3(r[1], r[4], r[7]), SIMD3(r[2], r[5], r[8]))
    // The fit itself is what relates the two frames here.
    return (RigidTransform(asserting: rotation, origin: Point(t[0], t[1], t[2])), rms)
}

/// The plane that best fits `points` in the sense of perpendicular distance, and the root-mean-square distance in mm.
///
/// The normal's sign is not defined by the points: the caller turns it. Throws with fewer than three points.
public func planeFit<F>(to points: [Point<F>]) throws -> (plane: Plane<F>, rms: Double) {
    guard points.count >= 3, let centre = Point.mean(of: points) else {
        throw LinearAlgebraError.tooFew(count: points.count, needed: 3)
    }
    let spread = try principalAxes(of: points.map { $0 - centre })
    guard let normal = UnitVector<F>(Vector(spread.vectors.0)) else { throw LinearAlgebraError.singular }
    return (Plane(origin: centre, normal: normal), max(0, spread.values.x).squareRoot())
}

/// The eigen decomposition of the second-moment matrix (mean of v v^T) of `vectors`: variances in mm², ascending.
public func principalAxes<F>(of vectors: [Vector<F>]) throws -> SymmetricEigen3 {
    guard !vectors.isEmpty else { throw LinearAlgebraError.tooFew(count: 0, needed: 1) }
    var diagonal = SIMD3<Double>()
    var mixed = SIMD3<Double>()
    for v in vectors {
        diagonal += v.xyz * v.xyz
        mixed += SIMD3(v.x * v.y, v.x * v.z, v.y * v.z)
    }
    let n = Double(vectors.count)
    return try symmetricEigen3(
        xx: diagonal.x / n, xy: mixed.x / n, xz: mixed.y / n, yy: diagonal.y / n, yz: mixed.z / n, zz: diagonal.z / n)
}
