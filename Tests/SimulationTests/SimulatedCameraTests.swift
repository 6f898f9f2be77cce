import Frames
import Testing
import Tracking

@testable import Simulation

@Suite struct SimulatedCameraTests {
    private func straight() -> SimulationParameters {
        var parameters = SimulationParameters()
        (parameters.askewDegrees, parameters.offCentrePixels) = (0, 0)
        return parameters
    }

    private func seen(_ view: ProjectionView, left: Double = 0, back: Double = 0, head: Double = 0) throws -> SIMD2<Double> {
        let isocentre = Point<Patient>(3, -40, 800)
        let point = Point<Patient>(3 + left, -40 + back, 800 + head)
        return try #require(try simulatedCamera(view, straight()).pixel(of: pronePatient(around: isocentre) * point))
    }

    @Test func theIsocentreIsSeenInTheMiddle() throws {
        for view in ProjectionView.allCases { #expect(try abs(seen(view).x - 255.5) < 1e-9 && abs(seen(view).y - 255.5) < 1e-9) }
    }

    /// 10 mm at the isocentre are 10 * 1020 / 700 / 0.6 pixels.
    @Test func leftIsRightAndTheHeadIsUpInAP() throws {
        #expect(try abs(seen(.ap, left: 10).x - (255.5 + 24.285714)) < 1e-5)
        #expect(try abs(seen(.ap, head: 10).y - (255.5 - 24.285714)) < 1e-5)
    }

    @Test func theBellyIsRightAndTheHeadIsUpInLAT() throws {
        #expect(try abs(seen(.lat, back: -10).x - (255.5 + 24.285714)) < 1e-5)
        #expect(try abs(seen(.lat, head: 10).y - (255.5 - 24.285714)) < 1e-5)
    }

    @Test func theSourceIsBeforeTheBellyInAPAndAtTheRightInLAT() throws {
        let roomFromPatient = pronePatient(around: Point(3, -40, 800))
        func source(_ view: ProjectionView) throws -> Point<Patient> {
            roomFromPatient.inverse * (try simulatedCamera(view, straight()).source)
        }
        #expect(try source(.ap).distance(to: Point(3, -740, 800)) < 1e-9)
        #expect(try source(.lat).distance(to: Point(-697, -40, 800)) < 1e-9)
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func askewIsWithinItsBoundsAndDependsOnTheSeedAlone(_ seed: UInt64) throws {
        var parameters = SimulationParameters()
        parameters.seed = seed
        let camera = try simulatedCamera(.ap, parameters)
        #expect(try camera == simulatedCamera(.ap, parameters))
        let turn = camera.carmFromRoom.rotation * (try simulatedCamera(.ap, straight())).carmFromRoom.rotation.inverse
        let degrees = turn.angle * 180 / .pi
        #expect(degrees > 0.1 && degrees < 3 * 3.0.squareRoot())
        let off = camera.principalPoint - SIMD2(repeating: 255.5)
        #expect(max(abs(off.x), abs(off.y)) <= 5 && off != .zero)
        // The isocentre stays on the central ray.
        #expect((camera.carmFromRoom.origin - Point(0, 0, 700)).length < 1e-9)
    }
}
