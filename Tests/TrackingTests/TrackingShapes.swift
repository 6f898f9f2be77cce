import Anatomy
import Foundation
import Frames
import TestSupport
import Volumes

@testable import Tracking

/// A room whose x, y, z are the patient's left, back and head, its origin at the isocentre; source 700 mm from it, detector 1020 mm from the source.
enum TestViews {
    /// Rays run from the patient's back to the front; columns count towards the patient's left.
    static func fromBehind(size: SIMD2<Int> = SIMD2(128, 128), spacing: Double = 0.8) throws -> CArmCamera {
        try camera(columns: SIMD3(1, 0, 0), rows: SIMD3(0, 0, 1), size, spacing)
    }

    /// Rays run from the front to the back, seen as a radiologist does: the patient's left on the right.
    static func fromTheFront(size: SIMD2<Int> = SIMD2(128, 128), spacing: Double = 0.8) throws -> CArmCamera {
        try camera(columns: SIMD3(1, 0, 0), rows: SIMD3(0, 0, -1), size, spacing)
    }

    /// Rays run from the patient's right to the left.
    static func fromTheSide(size: SIMD2<Int> = SIMD2(128, 128), spacing: Double = 0.8) throws -> CArmCamera {
        try camera(columns: SIMD3(0, -1, 0), rows: SIMD3(0, 0, -1), size, spacing)
    }

    private static func camera(
        columns: SIMD3<Double>, rows: SIMD3<Double>, _ size: SIMD2<Int>, _ spacing: Double
    ) throws -> CArmCamera {
        let axis = columns.cross(rows)
        let roomFromCarm = RigidTransform<Room, CArm>(asserting: Rotation(columns: columns, rows, axis), origin: Point(-700 * axis))
        return try CArmCamera(
            size: size, pixelSpacing: SIMD2(repeating: spacing), sourceDetectorDistance: 1020,
            principalPoint: SIMD2(Double(size.x - 1) / 2, Double(size.y - 1) / 2), carmFromRoom: roomFromCarm.inverse)
    }
}

/// A vertebra whose axes are the room's.
func upright(at origin: Point<Room>) -> RigidTransform<Room, Vertebra> {
    RigidTransform(asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: origin)
}

/// A volume of overlapping smooth blobs, not symmetric in anything, which ends in zeros.
func blobs(size: SIMD3<Int> = SIMD3(48, 40, 36), spacing: SIMD3<Double> = SIMD3(1, 1, 1)) throws -> Volume<Float, Vertebra> {
    let extent = (SIMD3<Double>(size) - 1) * spacing
    let grid = try GridGeometry<Vertebra>(size: size, spacing: spacing, origin: Point(-0.5 * extent))
    let centres: [(SIMD3<Double>, Double, Double)] = [
        (SIMD3(0, -3, 0), 5, 0.03), (SIMD3(9, 4, 2), 3, 0.02), (SIMD3(-8, 5, -3), 2.5, 0.035), (SIMD3(2, 9, -5), 2.5, 0.025),
    ]
    var volume = Volume<Float, Vertebra>(geometry: grid, repeating: 0)
    for k in 1..<(size.z - 1) {
        for j in 1..<(size.y - 1) {
            for i in 1..<(size.x - 1) {
                let point = grid.point(at: SIMD3(i, j, k)).xyz
                for (centre, width, height) in centres {
                    let away = (point - centre).length / width
                    // A blob that reaches zero at three widths with two derivatives.
                    if away < 3 { volume[i, j, k] += Float(height * pow(1 - away * away / 9, 3)) }
                }
            }
        }
    }
    return volume
}

func project<F>(
    _ volume: Volume<Float, F>, at carmFromVolume: RigidTransform<CArm, F>, from camera: CArmCamera, to raster: DetectorRaster,
    threads: Int = 1
) -> [Float] {
    project(AttenuationVolume(volume), at: carmFromVolume, from: camera, to: raster, threads: threads)
}

func projectMoving<F>(
    _ volume: Volume<Float, F>, at carmFromVolume: RigidTransform<CArm, F>, about pivot: Point<Room>, from camera: CArmCamera,
    to raster: DetectorRaster
) -> MovingProjection {
    projectMoving(AttenuationVolume(volume), at: carmFromVolume, about: pivot, from: camera, to: raster)
}

/// A vertebra of blobs that the CT has at a place, with the patient's axes.
func blobVertebra(_ level: VertebraLevel = .l1, at origin: Point<Patient> = Point(0, 0, 0)) throws -> ModelVertebra {
    ModelVertebra(
        level: level, attenuation: AttenuationVolume(try blobs()),
        patientFromVertebra: RigidTransform(
            asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: origin),
        centroid: Point(0, 0, 0))
}

/// A patient whose axes are the room's.
func supine(at origin: Point<Room> = Point(0, 0, 0)) -> RigidTransform<Room, Patient> {
    RigidTransform(asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: origin)
}

/// A frame without noise of what volumes attenuate together.
///
/// - Parameter contrast: that is left of it, such as 0.5 where scatter fills the shadows.
func frame(
    _ vertebrae: [(ModelVertebra, RigidTransform<Room, Vertebra>)],
    rest: (AttenuationVolume<Patient>, RigidTransform<Room, Patient>)? = nil,
    in camera: CArmCamera, contrast: Float = 1, view: String = "AP"
) -> XRayFrame {
    let raster = DetectorRaster(pixelsOf: camera)
    var sum = [Float](repeating: 0, count: raster.count)
    for (vertebra, pose) in vertebrae {
        for (n, value) in project(vertebra.attenuation, at: camera.carmFromRoom * pose, from: camera, to: raster).enumerated() {
            sum[n] += value
        }
    }
    if let (volume, place) = rest {
        for (n, value) in project(volume, at: camera.carmFromRoom * place, from: camera, to: raster).enumerated() { sum[n] += value }
    }
    return XRayFrame(view: view, camera: camera, transmission: sum.map { exp(-contrast * $0) })
}

extension XRayFrame {
    /// The same image as so many X-rays a pixel count it: by the normal approximation of Poisson's law.
    func counted(photons: Double, by random: inout SeededGenerator) -> XRayFrame {
        var noisy = self
        noisy.transmission = transmission.map { share in
            let mean = photons * Double(share)
            // Box and Muller.
            let normal = (-2 * log(random.double(1e-12...1))).squareRoot() * cos(2 * .pi * random.double(0...1))
            return Float(max(0, mean + mean.squareRoot() * normal) / photons)
        }
        return noisy
    }
}

/// Model and image compared at given poses, at a fineness of whole pixels.
struct Comparison {
    let view: ComparedView
    let rendered: [RenderedVertebra?]
    let fit: ViewFit
    let whole: ImageComparison

    init(_ frame: XRayFrame, _ vertebrae: [(ModelVertebra, RigidTransform<Room, Vertebra>)], blocksOf factor: Int = 2) throws {
        let parameters = RegistrationParameters()
        let filter = GradientFilter(sigma: parameters.sigma)
        view = ComparedView(camera: frame.camera, measured: MeasuredSlopes(frame, blocksOf: factor, filter: filter), background: nil)
        whole = try ImageComparison(
            vertebrae.map(\.0.attenuation), at: vertebrae.map(\.1), [ImageMotion()], in: [view], filter: filter, parameters: parameters,
            keeping: nil, threads: 1)
        (rendered, fit) = (whole.rendered[0], whole.fits[0])
    }

}
