import Foundation
import Frames
import TestSupport
import Testing

@testable import Tracking

@Suite struct CArmCameraProjectionTests {
    /// Cameras of any place, left-handed images among them. Seed in the argument.
    private func camera(_ random: inout SeededGenerator) throws -> CArmCamera {
        let side: Double = Bool.random(using: &random) ? 1 : -1
        return try CArmCamera(
            size: SIMD2(512, 400), pixelSpacing: SIMD2(side * .random(in: 0.1...1, using: &random), .random(in: 0.1...1, using: &random)),
            sourceDetectorDistance: .random(in: 500...1500, using: &random),
            principalPoint: SIMD2(.random(in: -500...1000, using: &random), .random(in: -500...1000, using: &random)),
            carmFromRoom: random.transform())
    }

    /// The tolerance is rounding at 1000 pixels.
    @Test(arguments: UInt64(1)...20) func roundTrips(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let camera = try camera(&random)
        // Any positive scale is the same projection.
        let scale = Double.random(in: 0.001...1000, using: &random)
        let back = try CArmCamera(projection: camera.projection.map { $0 * scale }, size: camera.size, pixelSpacing: camera.pixelSpacing)
        #expect(abs(back.sourceDetectorDistance - camera.sourceDetectorDistance) < 1e-8)
        #expect(abs(back.pixelSpacing.x - camera.pixelSpacing.x) < 1e-11)
        for _ in 0..<50 {
            let point = Point<Room>(
                .random(in: -900...900, using: &random), .random(in: -900...900, using: &random), .random(in: -900...900, using: &random))
            let (seen, again) = (camera.pixel(of: point), back.pixel(of: point))
            #expect((seen == nil) == (again == nil))
            // Near the source's own plane a pixel is anywhere.
            guard let seen, let again, (camera.carmFromRoom * point).z > 50 else { continue }
            let difference = seen - again
            #expect((difference * difference).sum() < 1e-14 * max(1, (seen * seen).sum()))
        }
    }

    /// The matrix as its definition says it, on paper: focal lengths 2000 and 1600 pixels, columns against x.
    @Test func leftHandedPixelsGiveNegativeSpacing() throws {
        let camera = try CArmCamera(
            projection: [-2000, 0, 250, 175_000, 0, 1600, 230, 161_000, 0, 0, 1, 700], size: SIMD2(512, 480), spacingV: 0.625)
        #expect(camera.sourceDetectorDistance == 1000)
        #expect(camera.pixelSpacing == SIMD2(-0.5, 0.625))
        #expect(camera.principalPoint == SIMD2(250, 230))
        #expect(camera.source == Point(0, 0, -700))
        #expect(camera.pixel(of: Point<Room>(70, 0, 0)) == SIMD2(50, 230))
    }

    @Test func skewIsRefused() throws {
        // 1 pixel of skew in 2000 of focal length is 0.0286 degrees.
        let skewed: [Double] = [2000, 1, 250, 0, 0, 2000, 230, 0, 0, 0, 1, 700]
        #expect {
            try CArmCamera(projection: skewed, size: SIMD2(512, 480), spacingV: 0.5)
        } throws: { error in
            guard case CameraError.skewed(let degrees) = error else { return false }
            return abs(degrees - 0.0286) < 1e-4
        }
        var hardly = skewed
        hardly[1] = 0.3
        let camera = try CArmCamera(projection: hardly, size: SIMD2(512, 480), spacingV: 0.5)
        #expect(abs(camera.pixelSpacing.x - 0.5) < 1e-9)
    }

    @Test func whatIsNoProjectionIsRefused() {
        let sound: [Double] = [2000, 0, 250, 0, 0, 2000, 230, 0, 0, 0, 1, 700]
        func refused(_ change: (inout [Double]) -> Void) {
            var p = sound
            change(&p)
            #expect(throws: CameraError.noProjection) { try CArmCamera(projection: p, size: SIMD2(512, 480), spacingV: 0.5) }
        }
        refused { $0[10] = 0 }
        refused { $0[5] = 0 }
        refused { $0[0] = 0 }
        refused { $0[3] = .nan }
        refused { $0.removeLast() }
        #expect(throws: CameraError.self) { try CArmCamera(projection: sound, size: SIMD2(512, 480), spacingV: 0) }
        #expect(throws: CameraError.otherPixels(declared: SIMD2(0.6, 0.5), found: SIMD2(0.5, 0.5))) {
            try CArmCamera(projection: sound, size: SIMD2(512, 480), pixelSpacing: SIMD2(0.6, 0.5))
        }
    }
}
