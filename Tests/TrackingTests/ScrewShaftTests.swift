import Foundation
import Frames
import TestSupport
import Testing

@testable import Tracking

struct ScrewShaftTests {
    private let shaft = ScrewShaft(radius: 3, length: 40)

    @Test func chordsAreThoseOfGeometry() throws {
        // Across the axis through the middle: the diameter. Along the axis: the length. From side to end: by Pythagoras.
        #expect(try #require(shaft.chord(through: SIMD3(50, 0, 20), along: SIMD3(-1, 0, 0))).length == 6)
        #expect(try #require(shaft.chord(through: SIMD3(1, 1, -80), along: SIMD3(0, 0, 1))).length == 40)
        let oblique = SIMD3<Float>(1, 0, 1) / Float(2).squareRoot()
        #expect(abs(try #require(shaft.chord(through: SIMD3(0, 0, 0), along: oblique)).length - 3 * Float(2).squareRoot()) < 1e-4)
        #expect(shaft.chord(through: SIMD3(3.1, 0, 20), along: SIMD3(0, 1, 0)) == nil)
        #expect(shaft.chord(through: SIMD3(0, 0, 40.1), along: SIMD3(0, 1, 0)) == nil)
        #expect(shaft.chord(through: SIMD3(0, 3.1, 0), along: SIMD3(0, 0, 1)) == nil)
    }

    @Test func derivativesAreThoseOfSmallMotions() throws {
        var random = SeededGenerator(seed: 41)
        var compared = 0
        for _ in 0..<400 {
            let point =
                SIMD3<Float>((0..<3).reduce(into: SIMD3<Double>()) { $0[$1] = Double.random(in: -8...8, using: &random) }) + shaft.middle
            let towards = SIMD3<Double>((0..<3).map { _ in Double.random(in: -1...1, using: &random) })
            let direction = towards / towards.length
            guard let chord = shaft.chord(through: point, along: SIMD3<Float>(direction)), chord.length > 2 else { continue }
            for parameter in 0..<ShaftMotion.count {
                // The shaft moves by h, so the ray moves by -h in its frame.
                func length(_ h: Double) -> Double? {
                    var five = [Double](repeating: 0, count: 5)
                    five[parameter] = h
                    let moved = ShaftMotion(five).applied(to: still, length: 40).inverse
                    return shaft.chord(
                        through: SIMD3<Float>((moved * Point<Room>(SIMD3<Double>(point))).xyz),
                        along: SIMD3<Float>(moved.rotation(direction))
                    ).map { Double($0.length) }
                }
                let h = 2e-3
                guard let more = length(h), let less = length(-h) else { continue }
                let numeric = (more - less) / (2 * h)
                // Near an edge or a grazing ray the length is not smooth over 2 h.
                guard abs(numeric) < 20, let far = length(2 * h), abs((far - Double(chord.length)) / (2 * h) - numeric) < 0.3 else {
                    continue
                }
                compared += 1
                #expect(abs(numeric - Double(chord.derivatives[parameter])) < 0.05 * (1 + abs(numeric)), "seed 41, parameter \(parameter)")
            }
        }
        #expect(compared > 300)
    }

    private var still: RigidTransform<Room, Screw> {
        RigidTransform(asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: Point(0, 0, 0))
    }
}
