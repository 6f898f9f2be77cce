import Foundation

/// A rotation that turns vectors of frame `From` into frame `To`; its columns are `From`'s axes seen in `To`.
public struct Rotation<To: CoordinateFrame, From: CoordinateFrame>: Equatable, Sendable {
    /// Images of From's x, y and z axes: orthonormal and right-handed.
    public let columns: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)

    /// Columns must be orthonormal and right-handed within 1e-6; anything else is a programmer's error.
    public init(columns x: SIMD3<Double>, _ y: SIMD3<Double>, _ z: SIMD3<Double>) {
        precondition(
            (x.cross(y) - z).length < 1e-6 && abs(x.length - 1) < 1e-6 && abs(y.length - 1) < 1e-6,
            "a rotation's columns must be orthonormal and right-handed")
        columns = (x, y, z)
    }

    @inlinable init(unchecked x: SIMD3<Double>, _ y: SIMD3<Double>, _ z: SIMD3<Double>) { columns = (x, y, z) }

    /// A rotation by `angle` radians about `axis` (Rodrigues), right-hand rule.
    public init(angle: Double, about axis: UnitVector<To>) {
        let a = axis.xyz
        let c = cos(angle)
        let s = sin(angle)
        func turned(_ v: SIMD3<Double>) -> SIMD3<Double> { c * v + s * a.cross(v) + ((1 - c) * (a * v).sum()) * a }
        columns = (turned(SIMD3(1, 0, 0)), turned(SIMD3(0, 1, 0)), turned(SIMD3(0, 0, 1)))
    }

    /// The rotation whose From z axis is `z` and whose From y axis is as near to `y` as `z` allows; nil when they are parallel.
    public init?(z: UnitVector<To>, yNear y: UnitVector<To>) {
        guard let yAxis = UnitVector(y.vector.rejected(from: z)) else { return nil }
        columns = (yAxis.xyz.cross(z.xyz), yAxis.xyz, z.xyz)
    }

    public static func == (a: Rotation, b: Rotation) -> Bool { a.columns == b.columns }

    @inlinable public func callAsFunction(_ v: SIMD3<Double>) -> SIMD3<Double> {
        columns.0 * v.x + columns.1 * v.y + columns.2 * v.z
    }

    @inlinable public static func * (r: Rotation, v: Vector<From>) -> Vector<To> { Vector(r(v.xyz)) }
    @inlinable public static func * (r: Rotation, v: UnitVector<From>) -> UnitVector<To> { UnitVector(unchecked: r(v.xyz)) }
    @inlinable public static func * <Origin>(a: Rotation, b: Rotation<From, Origin>) -> Rotation<To, Origin> {
        Rotation<To, Origin>(unchecked: a(b.columns.0), a(b.columns.1), a(b.columns.2))
    }

    public var inverse: Rotation<From, To> {
        let (x, y, z) = columns
        return Rotation<From, To>(unchecked: SIMD3(x.x, y.x, z.x), SIMD3(x.y, y.y, z.y), SIMD3(x.z, y.z, z.z))
    }

    /// The angle of this rotation in radians, 0 to pi.
    public var angle: Double {
        let (x, y, z) = columns
        let twiceSine = SIMD3(y.z - z.y, z.x - x.z, x.y - y.x).length
        return atan2(twiceSine, x.x + y.y + z.z - 1)
    }
}

extension Rotation {
    public static func identity() -> Rotation where To == From {
        Rotation(unchecked: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1))
    }
}
