import Frames

/// A screw's shaft as X-rays meet it: a solid cylinder with flat ends, from the entry at the frame's origin to the tip at (0, 0, length).
///
/// Threads, taper and tulip are not in it. The tip's end and the sides are what a pose is told by; a turn about the axis changes nothing and is not observable.
struct ScrewShaft: Equatable, Sendable {
    /// mm.
    var radius: Float
    var length: Float

    /// The middle, about which the shaft is turned.
    var middle: SIMD3<Float> { SIMD3(0, 0, length / 2) }

    /// Where a ray runs inside, and how that changes with the shaft's place.
    struct Chord {
        /// mm.
        var length: Float
        /// Of the length, for a turn about the frame's x and y through the middle (mm/rad) and a shift along x, y, z (mm/mm). SIMD8 with three unused numbers.
        var derivatives: SIMD8<Float>
    }

    /// The part of a ray inside the shaft, nil where there is none.
    ///
    /// A surface point p with normal n that moves by v changes the ray's parameter there by (n · v) / (n · d); a chord changes by the difference of its ends.
    /// Where a ray grazes the side, n · d is kept from zero: the derivative has no bound there, its integral over a pixel has.
    ///
    /// - Parameters:
    ///   - point: on the ray, within some hundred millimetres of the shaft, or single precision will not do.
    ///   - direction: of length one.
    @inline(__always) func chord(through point: SIMD3<Float>, along direction: SIMD3<Float>) -> Chord? {
        let a = direction.x * direction.x + direction.y * direction.y
        let b = point.x * direction.x + point.y * direction.y
        let c = point.x * point.x + point.y * point.y - radius * radius
        var near = -Float.infinity
        var far = Float.infinity
        if a > 1e-9 {
            let square = b * b - a * c
            guard square > 0 else { return nil }
            let root = square.squareRoot()
            (near, far) = ((-b - root) / a, (-b + root) / a)
        } else if c >= 0 {
            return nil
        }
        var (nearCap, farCap): (Float, Float) = (0, 0)
        if abs(direction.z) > 1e-6 {
            let (one, two) = (-point.z / direction.z, (length - point.z) / direction.z)
            let side: Float = direction.z > 0 ? 1 : -1
            if min(one, two) > near { (near, nearCap) = (min(one, two), -side) }
            if max(one, two) < far { (far, farCap) = (max(one, two), side) }
        } else if point.z <= 0 || point.z >= length {
            return nil
        }
        guard far > near else { return nil }
        return Chord(
            length: far - near,
            derivatives: motion(at: point + far * direction, cap: farCap, direction)
                - motion(at: point + near * direction, cap: nearCap, direction))
    }

    /// How the ray's parameter at a surface point follows turns about x and y and shifts along x, y, z.
    @inline(__always)
    private func motion(at surface: SIMD3<Float>, cap: Float, _ direction: SIMD3<Float>) -> SIMD8<Float> {
        let normal = cap == 0 ? SIMD3(surface.x / radius, surface.y / radius, 0) : SIMD3(0, 0, cap)
        let along = (normal * direction).sum()
        // The side's normals stand across the axis: seen end-on all of them are nearly across the ray, and only the share of what there can be tells a graze.
        let least = 0.05 * max(1e-2, (direction.x * direction.x + direction.y * direction.y).squareRoot())
        let kept = abs(along) < least ? (along < 0 ? -least : least) : along
        let arm = surface - middle
        // (arm x normal) · turn = normal · (turn x arm)
        return SIMD8(arm.y * normal.z - arm.z * normal.y, arm.z * normal.x - arm.x * normal.z, normal.x, normal.y, normal.z, 0, 0, 0) / kept
    }
}

/// A small motion of a shaft in its own frame: turns about x and y through its middle (rad), shifts along x, y, z (mm).
struct ShaftMotion: Equatable, Sendable {
    var turn: SIMD2<Double>
    var shift: SIMD3<Double>

    init(turn: SIMD2<Double>, shift: SIMD3<Double>) { (self.turn, self.shift) = (turn, shift) }

    init(_ five: some Collection<Double>) {
        let n = Array(five)
        self.init(turn: SIMD2(n[0], n[1]), shift: SIMD3(n[2], n[3], n[4]))
    }

    static let count = 5

    func applied(to roomFromScrew: RigidTransform<Room, Screw>, length: Double) -> RigidTransform<Room, Screw> {
        let rotation = roomFromScrew.rotation
        let middle = roomFromScrew * Point<Screw>(0, 0, length / 2)
        let turned = roomTurn(by: rotation(SIMD3(turn.x, turn.y, 0))) * rotation
        let moved = middle.xyz + rotation(shift)
        return RigidTransform(asserting: turned, origin: Point(moved - turned(SIMD3(0, 0, length / 2))))
    }
}
