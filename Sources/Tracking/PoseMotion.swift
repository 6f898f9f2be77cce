import Foundation
import Frames

/// A small motion in the room: a rotation vector about a stated point, then a shift.
public struct PoseMotion: Equatable, Sendable {
    /// Its direction is the axis, its length the angle, radians.
    public var rotation: SIMD3<Double>
    /// Millimetres.
    public var shift: SIMD3<Double>

    public init(rotation: SIMD3<Double>, shift: SIMD3<Double>) { (self.rotation, self.shift) = (rotation, shift) }

    /// Six numbers: rotation vector (rad), shift (mm).
    public init(_ six: some Collection<Double>) {
        precondition(six.count == 6)
        let n = Array(six)
        self.init(rotation: SIMD3(n[0], n[1], n[2]), shift: SIMD3(n[3], n[4], n[5]))
    }

    public var array: [Double] { [rotation.x, rotation.y, rotation.z, shift.x, shift.y, shift.z] }

    /// The pose after this motion, whose rotation turns about `pivot`.
    public func applied<From>(to pose: RigidTransform<Room, From>, about pivot: Point<Room>) -> RigidTransform<Room, From> {
        let turn = roomTurn(by: rotation)
        let arm = pose.origin.xyz - pivot.xyz
        return RigidTransform(asserting: turn * pose.rotation, origin: Point(pivot.xyz + turn(arm) + shift))
    }

    /// The motion that takes `from` to `to`, both in the room, with the rotation about `from`'s origin.
    public init<From>(from: RigidTransform<Room, From>, to: RigidTransform<Room, From>) {
        self.init(rotation: (to.rotation * from.rotation.inverse).vector, shift: to.origin.xyz - from.origin.xyz)
    }
}

/// The rotation by the length of a vector about its direction.
func roomTurn(by vector: SIMD3<Double>) -> Rotation<Room, Room> {
    guard let axis = UnitVector<Room>(Vector(vector)) else { return .identity() }
    return Rotation(angle: vector.length, about: axis)
}

extension Rotation where To == From {
    /// The rotation vector, radians; its length is at most pi.
    var vector: SIMD3<Double> {
        let (x, y, z) = columns
        let twiceSine = SIMD3(y.z - z.y, z.x - x.z, x.y - y.x)
        let length = twiceSine.length
        let angle = self.angle
        if length > 1e-9 { return twiceSine * (angle / length) }
        guard angle > 1 else { return twiceSine / 2 }
        // Half a turn: the axis is the column of R + 1 that is longest.
        let candidates = [x + SIMD3(1, 0, 0), y + SIMD3(0, 1, 0), z + SIMD3(0, 0, 1)]
        let axis = candidates.max { $0.length < $1.length }!
        return axis * (angle / axis.length)
    }
}
