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
