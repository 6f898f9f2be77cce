import Frames
import Testing

@testable import Simulation
@testable import Tracking

@Suite struct SimulatedStartTests {
    @Test(arguments: [1, 2, 3] as [UInt64]) func theRoughStartIsOffByWhatIsSaid(_ seed: UInt64) throws {
        var parameters = SimulationParameters()
        parameters.seed = seed
        let vertebra = try barModel().vertebrae[1]
        let truth = pronePatient(around: Point(0, 0, 0))
        let pose = truth * vertebra.patientFromVertebra
        let start = roughStart(from: pose, of: vertebra, parameters)
        #expect(start == roughStart(from: pose, of: vertebra, parameters))
        let off = PoseMotion(from: pose, to: start * vertebra.patientFromVertebra)
        #expect(abs(off.rotation.length * 180 / .pi - 2) < 1e-6 && abs(off.shift.length - 3) < 1e-9)
    }

    @Test func picksLieACarefulHandOff() throws {
        let parameters = SimulationParameters()
        let camera = try simulatedCamera(.ap, parameters)
        let points = (0..<400).map { Point<Room>(Double($0) * 0.2 - 40, 0, 0) }
        let picks = pickedPixels(of: points, in: camera, view: .ap, parameters)
        let errors = try zip(points, picks).map { try #require($1) - #require(camera.pixel(of: $0)) }
        let mean = errors.reduce(SIMD2<Double>(), +) / 400
        let square = errors.reduce(SIMD2<Double>()) { $0 + $1 * $1 } / 400
        // Five standard errors of 400 draws of 1.5 px.
        #expect(max(abs(mean.x), abs(mean.y)) < 0.375)
        #expect(abs(square.x.squareRoot() - 1.5) < 0.27 && abs(square.y.squareRoot() - 1.5) < 0.27)
        #expect(picks.compactMap(\.self).allSatisfy { abs(($0.x * 10).rounded() - $0.x * 10) < 1e-9 })
    }

    @Test func nobodyPicksWhatIsNotShown() throws {
        let parameters = SimulationParameters()
        let camera = try simulatedCamera(.ap, parameters)
        // The room's x points to the head: 300 mm up is off the image; 800 mm down is behind the source.
        let picks = pickedPixels(of: [Point(300, 0, 0), Point(0, 0, -800)], in: camera, view: .ap, parameters)
        #expect(picks == [nil, nil])
    }
}
