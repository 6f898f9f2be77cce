/// A position in frame `F`, in millimetres.
public struct Point<F: CoordinateFrame>: Equatable, Hashable, Sendable {
    public var xyz: SIMD3<Double>

    @inlinable public init(_ xyz: SIMD3<Double>) { self.xyz = xyz }
    @inlinable public init(_ x: Double, _ y: Double, _ z: Double) { xyz = SIMD3(x, y, z) }

    @inlinable public var x: Double { xyz.x }
    @inlinable public var y: Double { xyz.y }
    @inlinable public var z: Double { xyz.z }

    @inlinable public static func - (a: Point, b: Point) -> Vector<F> { Vector(a.xyz - b.xyz) }
    @inlinable public static func + (p: Point, v: Vector<F>) -> Point { Point(p.xyz + v.xyz) }
    @inlinable public static func - (p: Point, v: Vector<F>) -> Point { Point(p.xyz - v.xyz) }

    /// The distance to another point, in millimetres.
    @inlinable public func distance(to other: Point) -> Double { (self - other).length }
}

extension Point {
    /// The mean of `points`, or nil when there are none.
    public static func mean(of points: some Collection<Point>) -> Point? {
        guard !points.isEmpty else { return nil }
        return Point(points.reduce(SIMD3<Double>()) { $0 + $1.xyz } / Double(points.count))
    }
}
