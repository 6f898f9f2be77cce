import Frames

/// A small motion within an image: a turn about a stated place, then a shift.
public struct ImageMotion: Equatable, Sendable {
    /// Along u and v, mm at the detector.
    public var shift: SIMD2<Double>
    /// From u towards v, radians.
    public var turn: Double

    public init(shift: SIMD2<Double> = SIMD2(0, 0), turn: Double = 0) { (self.shift, self.turn) = (shift, turn) }

    /// Shift along u, along v, turn.
    init(_ three: some Collection<Double>) {
        precondition(three.count == 3)
        let n = Array(three)
        self.init(shift: SIMD2(n[0], n[1]), turn: n[2])
    }

    var array: [Double] { [shift.x, shift.y, turn] }

    static func + (a: ImageMotion, b: ImageMotion) -> ImageMotion { ImageMotion(shift: a.shift + b.shift, turn: a.turn + b.turn) }
    static func - (a: ImageMotion, b: ImageMotion) -> ImageMotion { ImageMotion(shift: a.shift - b.shift, turn: a.turn - b.turn) }
}

extension ImageMotion {
    /// How a patient's picture around a point moves in a view when the patient moves: the point's shift, and the turn about the ray to it.
    init(
        of centre: Point<Patient>, from old: RigidTransform<Room, Patient>, to new: RigidTransform<Room, Patient>, in camera: CArmCamera
    ) {
        guard let before = camera.pixel(of: old * centre), let after = camera.pixel(of: new * centre) else {
            self.init()
            return
        }
        let turn = camera.carmFromRoom.rotation((new.rotation * old.rotation.inverse).vector)
        // Columns may count against the C-arm's x axis.
        self.init(shift: (after - before) * camera.pixelSpacing.y, turn: camera.pixelSpacing.x > 0 ? turn.z : -turn.z)
    }
}
