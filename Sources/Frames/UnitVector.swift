import Foundation

/// A direction in frame `F`: length 1 within 1e-12.
public struct UnitVector<F: CoordinateFrame>: Equatable, Hashable, Sendable {
    public let xyz: SIMD3<Double>

    /// The direction of `vector`, or nil when it is too short (under 1e-12 mm) or not finite, and so has none.
    @inlinable public init?(_ vector: Vector<F>) {
        let length = vector.length
        guard length > 1e-12, length.isFinite else { return nil }
        xyz = vector.xyz / length
    }

    @inlinable init(unchecked xyz: SIMD3<Double>) { self.xyz = xyz }

    @inlinable public static var x: UnitVector { UnitVector(unchecked: SIMD3(1, 0, 0)) }
    @inlinable public static var y: UnitVector { UnitVector(unchecked: SIMD3(0, 1, 0)) }
    @inlinable public static var z: UnitVector { UnitVector(unchecked: SIMD3(0, 0, 1)) }

    @inlinable public var vector: Vector<F> { Vector(xyz) }
    @inlinable public static prefix func - (a: UnitVector) -> UnitVector { UnitVector(unchecked: -a.xyz) }
    @inlinable public static func * (s: Double, a: UnitVector) -> Vector<F> { Vector(s * a.xyz) }
    @inlinable public func dot(_ other: UnitVector) -> Double { (xyz * other.xyz).sum() }
    @inlinable public func dot(_ other: Vector<F>) -> Double { (xyz * other.xyz).sum() }
    @inlinable public func cross(_ other: UnitVector) -> Vector<F> { Vector(xyz.cross(other.xyz)) }

    /// The angle to another direction, in radians from 0 to pi; accurate for small angles too.
    public func angle(to other: UnitVector) -> Double { atan2(cross(other).length, dot(other)) }
}
