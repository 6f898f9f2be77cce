/// A plane through `origin` with unit `normal`, in frame `F`.
public struct Plane<F: CoordinateFrame>: Equatable, Sendable {
    public var origin: Point<F>
    public var normal: UnitVector<F>

    @inlinable public init(origin: Point<F>, normal: UnitVector<F>) {
        self.origin = origin
        self.normal = normal
    }

    /// The signed height of `point` over the plane, millimetres, positive on the normal's side.
    @inlinable public func height(of point: Point<F>) -> Double { (point - origin).dot(normal) }
}

extension RigidTransform {
    public static func * (t: RigidTransform, plane: Plane<From>) -> Plane<To> {
        Plane(origin: t * plane.origin, normal: t * plane.normal)
    }
}
