import Anatomy
import Foundation
import Frames

/// A straight path through a pedicle, by where it crosses the isthmus section and how it leans against the pedicle's axis.
struct Trajectory: Equatable, Sendable {
    /// Offset from the isthmus centre along the pedicle's width (patient's left) and height (up), mm.
    var across = 0.0
    var up = 0.0
    /// Lean against the pedicle's axis towards `widthDirection` and `heightDirection`, radians.
    var lean = 0.0
    var pitch = 0.0

    init(across: Double = 0, up: Double = 0, lean: Double = 0, pitch: Double = 0) {
        (self.across, self.up, self.lean, self.pitch) = (across, up, lean, pitch)
    }

    init(_ x: [Double]) { self.init(across: x[0], up: x[1], lean: x[2], pitch: x[3]) }
    var parameters: [Double] { [across, up, lean, pitch] }

    /// The trajectory of a line through `entry`; nil where it does not run forwards through the isthmus section, at most half a diameter beside the pedicle.
    init?(entry: SIMD3<Double>, direction: SIMD3<Double>, pedicle: Pedicle) {
        let (axis, width, height) = (pedicle.axis.xyz, pedicle.widthDirection.xyz, pedicle.heightDirection.xyz)
        func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() }
        let forwards = dot(direction, axis)
        guard forwards > 0.3 else { return nil }
        let depth = dot(pedicle.isthmusCentre.xyz - entry, axis) / forwards
        let offset = entry + depth * direction - pedicle.isthmusCentre.xyz
        self.init(
            across: dot(offset, width), up: dot(offset, height), lean: atan(dot(direction, width) / forwards),
            pitch: atan(dot(direction, height) / forwards))
        guard depth > 0, hypot(across / pedicle.width, up / pedicle.height) <= 1 else { return nil }
    }

    func crossing(_ pedicle: Pedicle) -> SIMD3<Double> {
        pedicle.isthmusCentre.xyz + across * pedicle.widthDirection.xyz + up * pedicle.heightDirection.xyz
    }

    func direction(_ pedicle: Pedicle) -> SIMD3<Double> {
        let d = pedicle.axis.xyz + tan(lean) * pedicle.widthDirection.xyz + tan(pitch) * pedicle.heightDirection.xyz
        return d / d.length
    }
}

/// A trajectory followed through the bone: from the dorsal cortex to the cortex in front.
struct BonePath: Sendable {
    var entry: SIMD3<Double>
    /// Unit direction towards the tip.
    var direction: SIMD3<Double>
    /// From the entry to where the axis leaves the bone in front, mm.
    var boneLength: Double
    /// From the entry to the isthmus section, mm.
    var isthmusDepth: Double
    /// How far behind the entry the axis itself leaves the dorsal cortex, mm; not 0 only where the screw is seated on sloping bone.
    var axisCortex = 0.0

    func point(_ s: Double) -> SIMD3<Double> { entry + s * direction }

    /// This path with its entry where a screw of `diameter` meets the dorsal cortex on average over its section, not on its axis alone.
    func seated(diameter: Double, on bone: PosedBone) -> BonePath {
        let inside = point(min(isthmusDepth, 10))
        let axis = UnitVector<Vertebra>(Vector(direction)) ?? -UnitVector.y
        let left = (UnitVector(UnitVector<Vertebra>.x.vector.rejected(from: axis)) ?? .x).xyz
        let up = left.cross(axis.xyz)
        let exits = (0..<8).compactMap { eighth -> Double? in
            let angle = Double(eighth) * .pi / 4
            let offset = diameter / 4 * (cos(angle) * left + sin(angle) * up)
            return bone.exit(from: inside + offset, along: -direction, limit: 30, gap: 1)
        }
        let onAxis = min(isthmusDepth, 10)
        let mean = (exits.reduce(0, +) + onAxis) / Double(exits.count + 1)
        // A ray that misses the axis' own exit by far has met a process beside it; then the axis decides.
        guard abs(mean - onAxis) < 3 else { return self }
        var seated = self
        seated.entry = inside - mean * direction
        seated.boneLength += mean - onAxis
        seated.isthmusDepth += mean - onAxis
        seated.axisCortex = onAxis - mean
        return seated
    }
}

/// Follows a trajectory both ways from the isthmus; nil when the crossing lies outside bone or a cortex is not reached.
func bonePath(_ trajectory: Trajectory, through pedicle: Pedicle, of bone: PosedBone) -> BonePath? {
    let crossing = trajectory.crossing(pedicle)
    let direction = trajectory.direction(pedicle)
    guard bone.distance(crossing) < 0,
        let back = bone.exit(from: crossing, along: -direction, limit: 50, gap: 1),
        let front = bone.exit(from: crossing, along: direction, limit: 75, gap: 1)
    else { return nil }
    return BonePath(entry: crossing - back * direction, direction: direction, boneLength: back + front, isthmusDepth: back)
}
