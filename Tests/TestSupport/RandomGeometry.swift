import Frames

extension SeededGenerator {
    public mutating func double(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &self) }

    public mutating func point<F>(in range: ClosedRange<Double> = -300...300) -> Point<F> {
        Point(double(range), double(range), double(range))
    }

    public mutating func direction<F>() -> UnitVector<F> {
        while true {
            let v = Vector<F>(double(-1...1), double(-1...1), double(-1...1))
            if v.length > 0.1, v.length <= 1, let unit = UnitVector(v) { return unit }
        }
    }

    public mutating func rotation<To, From>() -> Rotation<To, From> { Rotation(angle: double(-3...3), about: direction()) }

    public mutating func transform<To, From>() -> RigidTransform<To, From> {
        // Any rotation and origin relate two made-up frames.
        RigidTransform(asserting: rotation(), origin: point())
    }
}
