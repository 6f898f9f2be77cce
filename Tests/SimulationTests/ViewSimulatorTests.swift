import Anatomy
import Foundation
import Frames
import Testing
import Volumes

@testable import Simulation
@testable import Tracking

@Suite struct ViewSimulatorTests {
    private func plain() -> SimulationParameters {
        var parameters = SimulationParameters()
        (parameters.pixels, parameters.pixelSpacing, parameters.frames) = (96, 2, 3)
        (parameters.photons, parameters.scatterToPrimary, parameters.motion) = (0, 0, .still)
        return parameters
    }

    private func simulated(
        _ parameters: SimulationParameters, view: ProjectionView = .ap, screws: [SimulatedScrew] = [], threads: Int = 2
    ) throws -> ViewSimulator {
        let model = try barModel()
        let moments = simulatedMoments(of: model, restingAt: pronePatient(around: Point(0, 0, 0)), followed: [.t12, .l1], parameters)
        return try ViewSimulator(
            view, of: model, screws: screws, moments: moments, followed: [.t12, .l1], parameters, threads: threads)
    }

    /// The share of X-rays at a point of T12.
    private func share(_ simulator: ViewSimulator, _ image: [UInt16], at point: Point<Patient>) throws -> Double {
        let pixel = try #require(simulator.camera.pixel(of: pronePatient(around: Point(0, 0, 0)) * point))
        return Double(image[Int(pixel.y.rounded()) * 96 + Int(pixel.x.rounded())]) / simulator.exposure.airValue
    }

    @Test func aRayPassesWaterAndTheBarThatReachesToTheLeft() throws {
        var simulator = try simulated(plain())
        let image = simulator.frame(0)
        // Water is 41 voxels of 3 mm deep along the beam, the bar 13 mm; rays are nearly straight there. The bar ends 12 mm to the right.
        let left = -log(try share(simulator, image, at: Point(18, 0, 20)))
        let right = -log(try share(simulator, image, at: Point(-18, 0, 20)))
        #expect(abs(left - 0.02 * 136) < 0.02)
        #expect(abs(right - 0.02 * 123) < 0.02)
    }

    @Test func implantsAreDrawnOnlyWhereAskedFor() throws {
        let place = RigidTransform<Vertebra, Screw>(
            asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 0, 1), SIMD3(0, -1, 0)), origin: Point(-18, 20, 0))
        let screw = SimulatedScrew(level: .t12, vertebraFromScrew: place, diameter: 6, length: 5)
        var with = plain()
        with.hasImplants = true
        var (one, other) = (try simulated(with, screws: [screw]), try simulated(plain(), screws: [screw]))
        let point = Point<Patient>(-18, 17.5, 20)
        let added = try -log(share(one, one.frame(0), at: point)) + log(share(other, other.frame(0), at: point))
        #expect(abs(added - titaniumPerMillimetre * 5) < 0.05)
    }

    @Test func theSameSeedGivesTheSameFramesWhateverTheThreads() throws {
        var parameters = plain()
        (parameters.photons, parameters.motion) = (100, .breathing)
        var (one, four) = (try simulated(parameters, threads: 1), try simulated(parameters, threads: 4))
        #expect(one.frame(1) == four.frame(1))
        #expect(one.frame(1) != one.frame(2))
        // A frame does not depend on those made before it.
        var again = try simulated(parameters)
        #expect(again.frame(2) == one.frame(2))
    }

    @Test(arguments: ProjectionView.allCases) func shuttersCloseAroundTheVertebrae(_ view: ProjectionView) throws {
        var parameters = plain()
        parameters.isCollimated = true
        var simulator = try simulated(parameters, view: view)
        let box = try #require(simulator.shutter)
        let image = simulator.frame(0)
        var open = try simulated(plain(), view: view)
        let whole = open.frame(0)
        for n in image.indices {
            let isInside = (box.lower.x...box.upper.x).contains(n % 96) && (box.lower.y...box.upper.y).contains(n / 96)
            #expect(isInside ? image[n] == whole[n] : Double(image[n]) <= 0.003 * simulator.exposure.airValue)
        }
        #expect(box.lower.min() > 0 && box.upper.max() < 95)
    }

    @Test func theRestIsProjectedAnewWhenItMoves() throws {
        var parameters = plain()
        parameters.motion = .step
        var simulator = try simulated(parameters)
        #expect(simulator.frame(0) != simulator.frame(2))
        // And back.
        var fresh = try simulated(parameters)
        #expect(simulator.frame(0) == fresh.frame(0))
    }

    @Test func vertebraeOffTheImageAreSaidAndNoneIsAnError() throws {
        var parameters = plain()
        #expect(try simulated(parameters).levelsOutOfView.isEmpty)
        (parameters.pixels, parameters.pixelSpacing) = (64, 0.6)
        #expect(throws: SimulationError.outOfView(.ap)) { try simulated(parameters) }
        // 20 mm at the isocentre are 29 mm at the detector: the lower one is let out by a principal point far up.
        (parameters.pixelSpacing, parameters.offCentrePixels) = (0.85, 12)
        let hidden = (1...20).map { seed in
            parameters.seed = UInt64(seed)
            return (try? simulated(parameters).levelsOutOfView) ?? []
        }
        #expect(hidden.contains([.l1]) && hidden.contains([.t12]))
    }
}
