/// A displacement in frame `F`, in millimetres; a rigid transform turns it but does not shift it.
public struct Vector<F: CoordinateFrame>: Equatable, Hashable, Sendable {
    public var xyz: SIMD3<Double>

    @inlinable public init(_ xyz: SIMD3<Double>) { self.xyz = xyz }
    @inlinable public init(_ x: Double, _ y: Double, _ z: Double) { xyz = SIMD3(x, y, z) }

    @inlinable public var x: Double { xyz.x }
    @inlinable public var y: Double { xyz.y }
    @inlinable public var z: Double { xyz.z }

    @inlinable public static func + (a: Vector, b: Vector) -> Vector { Vector(a.xyz + b.xyz) }
    @inlinable public static func - (a: Vector, b: Vector) -> Vector { Vector(a.xyz - b.xyz) }
    @inlinable public static prefix func - (a: Vector) -> Vector { Vector(-a.xyz) }
    @inlinable public static func * (s: Double, a: Vector) -> Vector { Vector(s * a.xyz) }
    @inlinable public static func * (a: Vector, s: Double) -> Vector { Vector(s * a.xyz) }
    @inlinable public static func / (a: Vector, s: Double) -> Vector { Vector(a.xyz / s) }

    @inlinable public func dot(_ other: Vector) -> Double { (xyz * other.xyz).sum() }
    @inlinable public func dot(_ other: UnitVector<F>) -> Double { (xyz * other.xyz).sum() }
    @inlinable public func cross(_ other: Vector) -> Vector { Vector(xyz.cross(other.xyz)) }
    @inlinable public var length: Double { xyz.length }

    /// This vector without its part along `axis`.
    @inlinable public func rejected(from axis: UnitVector<F>) -> Vector { self - dot(axis) * axis }
}

extension SIMD3<Double> {
    @inlinable public func cross(_ b: SIMD3<Double>) -> SIMD3<Double> {
        SIMD3(y * b.z - z * b.y, z * b.x - x * b.z, x * b.y - y * b.x)
    }
    @inlinable public var length: Double { (self * self).sum().squareRoot() }
}
