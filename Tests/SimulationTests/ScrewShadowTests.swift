import Anatomy
import Foundation
import Frames
import RandomNumbers
import Testing
import Tracking

@testable import Simulation

@Suite struct ScrewShadowTests {
    @Test func chordsOnPaper() {
        func chord(_ start: SIMD3<Double>, _ direction: SIMD3<Double>) -> Double {
            cylinderChord(from: start, along: direction, radius: 3, length: 40)
        }
        #expect(abs(chord(SIMD3(-50, 0, 20), SIMD3(1, 0, 0)) - 6) < 1e-12)
        #expect(abs(chord(SIMD3(-50, 1.8, 20), SIMD3(1, 0, 0)) - 4.8) < 1e-12)
        #expect(abs(chord(SIMD3(1, 1, -9), SIMD3(0, 0, 1)) - 40) < 1e-12)
        #expect(chord(SIMD3(-50, 3.1, 20), SIMD3(1, 0, 0)) == 0)
        #expect(chord(SIMD3(-50, 0, -0.1), SIMD3(1, 0, 0)) == 0 && chord(SIMD3(-50, 0, 40.1), SIMD3(1, 0, 0)) == 0)
        #expect(chord(SIMD3(3.1, 0, -9), SIMD3(0, 0, 1)) == 0)
        // In through the flat end at (0, 0, 0), out through the wall 3 mm away: 45 degrees.
        let slanted = SIMD3(1, 0, 1) / 2.0.squareRoot()
        let through: Double = 3 * 2.0.squareRoot()
        #expect(abs(chord(SIMD3(-10, 0, -10), slanted) - through) < 1e-12)
    }

    /// Small steps along lines of seed 21 against the formula.
    @Test func chordsAreThoseOfSmallSteps() {
        var random = RandomStream(seed: 21)
        for _ in 0..<200 {
            let aim = SIMD3(random.signed() * 3, random.signed() * 3, 20 + random.signed() * 22)
            let direction = random.direction()
            let start = aim - 60 * direction
            let steps = (0..<12_000).filter { n in
                let p = start + (Double(n) + 0.5) * 0.01 * direction
                return p.x * p.x + p.y * p.y < 9 && p.z > 0 && p.z < 40
            }
            let chord = cylinderChord(from: start, along: direction, radius: 3, length: 40)
            #expect(abs(Double(steps.count) * 0.01 - chord) < 0.025)
        }
    }

    @Test func aScrewOnTheLeftCastsItsShadowOnTheRightOfAP() throws {
        var parameters = SimulationParameters()
        (parameters.pixels, parameters.pixelSpacing) = (128, 1.2)
        let camera = try simulatedCamera(.ap, parameters)
        let pose = pronePatient(around: Point(0, 0, 0)) * (try barModel()).vertebrae[0].patientFromVertebra
        // From the patient's back to the front, 15 mm to the left.
        let vertebraFromScrew = RigidTransform<Vertebra, Screw>(
            asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 0, 1), SIMD3(0, -1, 0)), origin: Point(15, 25, 0))
        let screw = SimulatedScrew(level: .t12, vertebraFromScrew: vertebraFromScrew, diameter: 6, length: 40)
        var integrals = [Float](repeating: 0, count: 128 * 128)
        addShadow(of: screw, at: pose, to: &integrals, from: camera)
        let middle = try #require(camera.pixel(of: pose * Point<Vertebra>(15, 5, 0)))
        let spine = try #require(camera.pixel(of: pose.origin))
        var (sum, centre) = (0.0, SIMD2<Double>())
        for (n, value) in integrals.enumerated() {
            sum += Double(value)
            centre += Double(value) * SIMD2(Double(n % 128), Double(n / 128))
        }
        let off = centre / sum - middle
        #expect(abs(off.x) < 1 && abs(off.y) < 1)
        #expect(centre.x / sum > spine.x + 10)
        // Rays run all but along it, from end to end: a slanted one is a little longer than the screw's 40 mm.
        let deepest = Double(integrals.max()!)
        #expect((0.9...1.02).contains(deepest / (titaniumPerMillimetre * 40)))
    }

    @Test func aScrewOutOfViewAddsNothing() throws {
        var parameters = SimulationParameters()
        parameters.pixels = 64
        let camera = try simulatedCamera(.ap, parameters)
        let pose = pronePatient(around: Point(0, 0, 0)) * (try barModel()).vertebrae[0].patientFromVertebra
        var integrals = [Float](repeating: 0, count: 64 * 64)
        for x in [-400.0, 400] {
            let place = RigidTransform<Vertebra, Screw>(
                asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 0, 1), SIMD3(0, -1, 0)), origin: Point(x, 25, x))
            addShadow(
                of: SimulatedScrew(level: .t12, vertebraFromScrew: place, diameter: 6, length: 40), at: pose, to: &integrals, from: camera)
        }
        #expect(integrals.allSatisfy { $0 == 0 })
    }
}
