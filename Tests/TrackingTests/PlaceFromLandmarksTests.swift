import Foundation
import Frames
import TestSupport
import Testing

@testable import Tracking

struct PlaceFromLandmarksTests {
    private let points: [Point<Patient>] = [
        Point(0, 0, 30), Point(14, 22, 31), Point(-14, 22, 29), Point(1, 3, 0), Point(15, 25, 1), Point(-15, 25, -1), Point(2, 8, -32),
    ]

    private func picks(_ truth: RigidTransform<Room, Patient>, _ cameras: [CArmCamera], _ points: [Point<Patient>]) throws -> [PickedPoint]
    {
        try cameras.flatMap { camera in
            try points.map { PickedPoint(patient: $0, camera: camera, pixel: try #require(camera.pixel(of: truth * $0))) }
        }
    }

    @Test(arguments: [3, 4, 5] as [UInt64]) func twoViewsOfSevenPointsGiveThePlace(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let cameras = [try TestViews.fromTheFront(), try TestViews.fromTheSide()]
        let guess = RigidTransform<Room, Patient>(
            asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: Point(10, -20, 15))
        let turn = [random.double(-0.3...0.3), random.double(-0.3...0.3), random.double(-0.3...0.3)]
        let truth = PoseMotion(turn + [random.double(-30...30), random.double(-30...30), 12]).applied(to: guess, about: guess.origin)
        let (found, rms) = try placeFromLandmarks(picks(truth, cameras, points), around: guess)
        // The pull towards the guess is weak, not nothing.
        #expect(found.origin.distance(to: truth.origin) < 0.5, "seed \(seed)")
        #expect((found.rotation * truth.rotation.inverse).angle < 0.01, "seed \(seed)")
        #expect(rms < 0.1, "seed \(seed)")
    }

    @Test func pointsOfTheWrongSideDoNotFit() throws {
        let cameras = [try TestViews.fromTheFront(), try TestViews.fromTheSide()]
        let truth = RigidTransform<Room, Patient>(
            asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: Point(0, 0, 0))
        let mirrored = points.map { Point<Patient>(-$0.x, $0.y, $0.z) }
        let right = try placeFromLandmarks(picks(truth, cameras, points), around: truth)
        let swapped = zip(try picks(truth, cameras, mirrored), points + points).map {
            PickedPoint(patient: $1, camera: $0.camera, pixel: $0.pixel)
        }
        let wrong = try placeFromLandmarks(swapped, around: truth)
        #expect(right.rms < 0.01 && wrong.rms > 3, "\(right.rms), \(wrong.rms)")
    }
}
