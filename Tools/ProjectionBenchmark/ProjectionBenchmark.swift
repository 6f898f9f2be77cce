import ArgumentParser
import Foundation
import Frames
import ImageFiles
import Tracking
import Volumes

/// Times lamina's projector on a CT, and writes the image, for Benchmarks/projection.py to set beside another's.
///
/// Source 700 mm in front of the CT's middle, detector 1020 mm from the source: an AP view whose columns count towards the patient's left and rows
/// towards the feet.
@main struct ProjectionBenchmark: ParsableCommand {
    @Argument(help: "A CT in HU; air (-1000) attenuates nothing.") var input: String
    @Option(help: "Columns and rows.") var pixels = 128
    @Option(help: "Pixel spacing, mm.") var spacing = 0.8
    @Option var threads = 2
    @Option var runs = 15
    @Option(help: "Where to write the line integrals: 32-bit floats, row by row.") var image: String?

    func run() throws {
        let ct = try readCT(at: input).volume
        let water: Float = 0.02
        let volume = AttenuationVolume(ct.map { max(0, water * (1 + Float($0) / 1000)) })
        let middle = ct.geometry.point(at: (SIMD3<Double>(ct.geometry.size) - 1) / 2)
        // The room is the patient here.
        let roomFromPatient = RigidTransform<Room, Patient>(
            asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: Point(0, 0, 0))
        let roomFromCarm = RigidTransform<Room, CArm>(
            asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 0, -1), SIMD3(0, 1, 0)),
            origin: Point(middle.x, middle.y - 700, middle.z))
        let camera = try CArmCamera(
            size: SIMD2(pixels, pixels), pixelSpacing: SIMD2(spacing, spacing), sourceDetectorDistance: 1020,
            principalPoint: SIMD2(repeating: Double(pixels - 1) / 2), carmFromRoom: roomFromCarm.inverse)
        let raster = DetectorRaster(pixelsOf: camera)
        let at = camera.carmFromRoom * roomFromPatient
        var projected: [Float] = []
        let plain = median { projected = project(volume, at: at, from: camera, to: raster, threads: threads) }
        let plainOne = median { projected = project(volume, at: at, from: camera, to: raster, threads: 1) }
        let moving = median { _ = projectMoving(volume, at: at, about: Point(middle.xyz), from: camera, to: raster) }
        if let image { try projected.withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: image)) } }
        print(
            "{\"plain_ms\": \(plain), \"plain_one_thread_ms\": \(plainOne), \"with_derivative_one_thread_ms\": \(moving), \"threads\": \(threads)}"
        )
    }

    private func median(_ body: () -> Void) -> Double {
        body()
        let clock = ContinuousClock()
        let times = (0..<runs).map { _ in clock.measure(body) / .milliseconds(1) }
        return times.sorted()[runs / 2]
    }
}
