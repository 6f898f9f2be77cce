/// A rigid motion from frame `From` to frame `To`; name variables `toFromFrom`, so that adjacent tokens match in a product.
///
/// `patientFromVertebra * vertebraFromScrew` is `patientFromScrew`. Points are turned and shifted, vectors only turned.
public struct RigidTransform<To: CoordinateFrame, From: CoordinateFrame>: Equatable, Sendable {
    public let rotation: Rotation<To, From>
    /// Where From's origin lies in To, as a displacement from To's origin, millimetres.
    public let translation: Vector<To>

    /// States that `rotation` and `origin` relate these two frames. Nothing can check it: say at the call why it is true.
    @inlinable public init(asserting rotation: Rotation<To, From>, origin: Point<To>) {
        self.rotation = rotation
        self.translation = Vector(origin.xyz)
    }

    @inlinable public var origin: Point<To> { Point(translation.xyz) }

    @inlinable public static func * (t: RigidTransform, p: Point<From>) -> Point<To> {
        Point(t.rotation(p.xyz) + t.translation.xyz)
    }
    @inlinable public static func * (t: RigidTransform, v: Vector<From>) -> Vector<To> { t.rotation * v }
    @inlinable public static func * (t: RigidTransform, v: UnitVector<From>) -> UnitVector<To> { t.rotation * v }
    @inlinable public static func * <Origin>(
        a: RigidTransform, b: RigidTransform<From, Origin>
    ) -> RigidTransform<To, Origin> {
        RigidTransform<To, Origin>(asserting: a.rotation * b.rotation, origin: a * b.origin)
    }

    public var inverse: RigidTransform<From, To> {
        let back = rotation.inverse
        return RigidTransform<From, To>(asserting: back, origin: Point(-back(translation.xyz)))
    }

    /// The 4x4 matrix, row-major, that maps homogeneous columns of From to To.
    public var rowMajor4x4: [Double] {
        let (x, y, z) = rotation.columns
        let t = translation.xyz
        return [x.x, y.x, z.x, t.x, x.y, y.y, z.y, t.y, x.z, y.z, z.z, t.z, 0, 0, 0, 1]
    }

    /// The transform of a row-major 4x4 matrix, or nil when it is not rigid within 1e-6.
    public init?(rowMajor4x4 m: [Double]) {
        guard m.count == 16, m.allSatisfy(\.isFinite), m[12...] == [0, 0, 0, 1] else { return nil }
        let x = SIMD3(m[0], m[4], m[8])
        let y = SIMD3(m[1], m[5], m[9])
        let z = SIMD3(m[2], m[6], m[10])
        guard (x.cross(y) - z).length < 1e-6, abs(x.length - 1) < 1e-6, abs(y.length - 1) < 1e-6 else { return nil }
        self.init(asserting: Rotation(columns: x, y, z), origin: Point(m[3], m[7], m[11]))
    }
}

extension RigidTransform {
    public static func identity() -> RigidTransform where To == From {
        RigidTransform(asserting: .identity(), origin: Point(0, 0, 0))
    }
}
