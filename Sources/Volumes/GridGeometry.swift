import Frames

/// The geometry of a regular voxel grid in frame `F`, and the only thing that maps index to point.
///
/// Index (0, 0, 0) is the centre of the first voxel. `axes` are orthonormal; they may be left-handed, as files' grids are.
/// Two geometries that differ only in axes hold the same anatomy at the same points: nothing may assume an axis' direction.
public struct GridGeometry<F: CoordinateFrame>: Equatable, Sendable {
    /// Number of voxels along each axis, all positive.
    public let size: SIMD3<Int>
    /// Distance between voxel centres along each axis, millimetres, all positive.
    public let spacing: SIMD3<Double>
    /// The centre of voxel (0, 0, 0).
    public let origin: Point<F>
    /// Unit directions of growing i, j and k.
    public let axes: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)
    @usableFromInline let indexFromPoint: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)

    public init(
        size: SIMD3<Int>, spacing: SIMD3<Double>, origin: Point<F>,
        axes: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>) = (SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1))
    ) throws {
        guard size.min() > 0 else { throw GridError.emptySize(size) }
        guard spacing.min() > 0, spacing.sum().isFinite else { throw GridError.badSpacing(spacing) }
        guard origin.xyz.sum().isFinite else { throw GridError.badOrigin(origin.xyz) }
        let (x, y, z) = axes
        let skew = max(abs((x * y).sum()), abs((y * z).sum()), abs((z * x).sum()))
        let stretch = max(abs(x.length - 1), abs(y.length - 1), abs(z.length - 1))
        guard max(skew, stretch) < 1e-4 else { throw GridError.axesNotOrthonormal(error: max(skew, stretch)) }
        self.size = size
        self.spacing = spacing
        self.origin = origin
        self.axes = axes
        // Axes are orthonormal, so the inverse of index -> point is the scaled transpose.
        indexFromPoint = (x / spacing.x, y / spacing.y, z / spacing.z)
    }

    public static func == (a: GridGeometry, b: GridGeometry) -> Bool {
        a.size == b.size && a.spacing == b.spacing && a.origin == b.origin && a.axes == b.axes
    }

    @inlinable public var voxelCount: Int { size.x * size.y * size.z }
    /// The volume of one voxel, mm³.
    @inlinable public var voxelVolume: Double { spacing.x * spacing.y * spacing.z }
    /// The length of a voxel's space diagonal, mm.
    @inlinable public var voxelDiagonal: Double { spacing.length }
    public var isRightHanded: Bool { (axes.0.cross(axes.1) * axes.2).sum() > 0 }

    @inlinable public func point(at index: SIMD3<Double>) -> Point<F> {
        let s = index * spacing
        return Point(origin.xyz + s.x * axes.0 + s.y * axes.1 + s.z * axes.2)
    }
    @inlinable public func point(at index: SIMD3<Int>) -> Point<F> { point(at: SIMD3<Double>(index)) }

    /// The continuous index of a point; outside the grid it lies below 0 or above size - 1.
    @inlinable public func index(of point: Point<F>) -> SIMD3<Double> {
        let d = point.xyz - origin.xyz
        return SIMD3((d * indexFromPoint.0).sum(), (d * indexFromPoint.1).sum(), (d * indexFromPoint.2).sum())
    }

    /// The position of voxel (i, j, k) in the voxel array: i runs fastest.
    @inlinable public func offset(_ i: Int, _ j: Int, _ k: Int) -> Int { (k * size.y + j) * size.x + i }
    @inlinable public func contains(_ i: Int, _ j: Int, _ k: Int) -> Bool {
        i >= 0 && j >= 0 && k >= 0 && i < size.x && j < size.y && k < size.z
    }

    /// The eight corners of the grid's outer boundary (half a voxel beyond the outermost centres).
    public var corners: [Point<F>] {
        (0..<8).map { corner in
            let upper = SIMD3<Double>(size) - 0.5
            return point(
                at: SIMD3(corner & 1 == 0 ? -0.5 : upper.x, corner & 2 == 0 ? -0.5 : upper.y, corner & 4 == 0 ? -0.5 : upper.z))
        }
    }

    /// Whether both grids have the same size and put every corner within `tolerance` mm of each other.
    public func coincides(with other: GridGeometry, tolerance: Double = 1e-3) -> Bool {
        size == other.size && zip(corners, other.corners).allSatisfy { $0.distance(to: $1) <= tolerance }
    }

    /// The grid of the voxels with `lower <= index < upper`; the bounds must lie inside this grid.
    public func cropped(from lower: SIMD3<Int>, to upper: SIMD3<Int>) throws -> GridGeometry {
        precondition(contains(lower.x, lower.y, lower.z) && upper.x <= size.x && upper.y <= size.y && upper.z <= size.z)
        return try GridGeometry(size: upper &- lower, spacing: spacing, origin: point(at: lower), axes: axes)
    }
}

public enum GridError: Error, Equatable, CustomStringConvertible {
    case emptySize(SIMD3<Int>)
    case badSpacing(SIMD3<Double>)
    case badOrigin(SIMD3<Double>)
    case axesNotOrthonormal(error: Double)
    case voxelCountMismatch(expected: Int, found: Int)

    public var description: String {
        switch self {
        case .emptySize(let s): "the grid has no voxels: size \(s.x) x \(s.y) x \(s.z)"
        case .badSpacing(let s): "voxel spacing must be positive and finite, found \(s.x) x \(s.y) x \(s.z) mm"
        case .badOrigin(let o): "the grid's origin is not finite: \(o.x), \(o.y), \(o.z)"
        case .axesNotOrthonormal(let e): "the grid's axes are not orthonormal (error \(e)): sheared or degenerate geometry"
        case .voxelCountMismatch(let expected, let found): "the grid needs \(expected) voxels but there are \(found)"
        }
    }
}
