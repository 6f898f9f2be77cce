import Frames
import Testing

@testable import Tracking

struct CArmCameraTests {
    /// A source 700 mm in front of the room's origin, detector 320 mm behind it, looking along the room's +y; columns along -x.
    private func camera() throws -> CArmCamera {
        let carmFromRoom = RigidTransform<CArm, Room>(
            asserting: Rotation(columns: SIMD3(-1, 0, 0), SIMD3(0, 0, 1), SIMD3(0, 1, 0)), origin: Point(0, 0, 700))
        return try CArmCamera(
            size: SIMD2(512, 480), pixelSpacing: SIMD2(0.6, 0.5), sourceDetectorDistance: 1020, principalPoint: SIMD2(250, 230),
            carmFromRoom: carmFromRoom)
    }

    @Test func pointsAreSeenWherePaperSays() throws {
        let camera = try camera()
        #expect(camera.pixel(of: Point<Room>(0, 0, 0)) == SIMD2(250, 230))
        // 70 mm to the room's +x at the origin's depth: 102 mm on the detector, 170 columns to the left of the principal point.
        let aside = try #require(camera.pixel(of: Point<Room>(70, 0, 0)))
        #expect(abs(aside.x - 80) < 1e-9)
        #expect(aside.y == 230)
        // 35 mm up, half way to the source: magnified 2.9 times.
        let up = try #require(camera.pixel(of: Point<Room>(0, -350, 35)))
        #expect(abs(up.y - (230 + 35 * 1020 / 350 / 0.5)) < 1e-9)
        #expect(camera.source == Point(0, -700, 0))
    }

    @Test func whatLiesBehindTheSourceIsNotSeen() throws {
        #expect(try camera().pixel(of: Point<Room>(0, -701, 0)) == nil)
    }

    @Test func detectorPointsComeBackAsTheirPixels() throws {
        let camera = try camera()
        let pixel = SIMD2(17.25, 401.5)
        let back = try #require(camera.pixel(of: camera.detectorPoint(at: pixel)))
        #expect((back - pixel).max() < 1e-9 && (back - pixel).min() > -1e-9)
    }

    @Test func impossibleDetectorsAreRefused() {
        let place = RigidTransform<CArm, Room>(
            asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: Point(0, 0, 0))
        func make(_ size: SIMD2<Int>, _ spacing: SIMD2<Double>, _ distance: Double) throws {
            _ = try CArmCamera(
                size: size, pixelSpacing: spacing, sourceDetectorDistance: distance, principalPoint: SIMD2(0, 0), carmFromRoom: place)
        }
        #expect(throws: CameraError.emptySize(SIMD2(0, 5))) { try make(SIMD2(0, 5), SIMD2(1, 1), 1000) }
        #expect(throws: CameraError.badSpacing(SIMD2(1, -1))) { try make(SIMD2(5, 5), SIMD2(1, -1), 1000) }
        #expect(throws: CameraError.badDistance(0)) { try make(SIMD2(5, 5), SIMD2(1, 1), 0) }
    }
}
