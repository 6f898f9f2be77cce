import Foundation
import Frames
import Volumes

@testable import Tracking

/// A vertebra in the middle, and about it a rest of smooth blobs that lies by itself; seen from the front and from the side.
struct RestScene {
    let model: SpineModel
    let cameras: [CArmCamera]
    let parameters = TrackerParameters()
    let spine = [upright(at: Point(0, 0, 0))]

    init() throws {
        let vertebra = try blobVertebra()
        model = SpineModel(vertebrae: [vertebra], rest: AttenuationVolume(try scatteredBlobs()))
        let size = SIMD2(200, 200)
        cameras = [try TestViews.fromTheFront(size: size), try TestViews.fromTheSide(size: size)]
    }

    /// What is measured while the spine stands still and the rest lies at a place.
    func moment(restAt place: RigidTransform<Room, Patient>) -> RestMoment {
        let filter = GradientFilter(sigma: parameters.registration.sigma)
        let measured = cameras.map { camera in
            MeasuredSlopes(
                frame([(model.vertebrae[0], spine[0])], rest: (model.rest, place), in: camera),
                blocksOf: camera.pixels(spanning: parameters.registration.fineness[0]), filter: filter)
        }
        return RestMoment(model: model, parameters: parameters, cameras: cameras, measured: measured, poses: spine, threads: 2)
    }

    /// The line integrals of the rest at a place, at a fineness.
    func lineIntegrals(restAt place: RigidTransform<Room, Patient>, level: Int, view: Int) -> [Float] {
        RestImages(of: model, withNeighbours: false, at: place, in: cameras, parameters: parameters.registration, threads: 1)
            .lineIntegrals[level][view]
    }
}

/// A place so many mm and degrees from a supine patient's, in no axis' direction.
func supine(movedBy shift: Double, degrees: Double) -> RigidTransform<Room, Patient> {
    let (along, about) = (SIMD3(0.6, -0.48, 0.64), SIMD3(-0.64, 0.6, 0.48))
    return PoseMotion(rotation: degrees * .pi / 180 * about, shift: shift * along).applied(to: supine(), about: Point(0, 0, 0))
}

private func scatteredBlobs() throws -> Volume<Float, Patient> {
    let spacing = 2.0
    let size = SIMD3(56, 50, 52)
    let grid = try GridGeometry<Patient>(
        size: size, spacing: SIMD3(repeating: spacing), origin: Point(-0.5 * spacing * (SIMD3<Double>(size) - 1)))
    // Centre, width and height; symmetric in nothing.
    let blobs: [(SIMD3<Double>, Double, Double)] = [
        (SIMD3(30, 10, 25), 6, 0.02), (SIMD3(-28, -15, 30), 7, 0.015), (SIMD3(25, -22, -20), 6, 0.025), (SIMD3(-32, 20, -24), 7, 0.02),
        (SIMD3(3, 27, 8), 5, 0.03), (SIMD3(-10, -25, -8), 6, 0.02), (SIMD3(33, 2, -3), 5, 0.03),
    ]
    var volume = Volume<Float, Patient>(geometry: grid, repeating: 0)
    for k in 1..<(size.z - 1) {
        for j in 1..<(size.y - 1) {
            for i in 1..<(size.x - 1) {
                for (centre, width, height) in blobs {
                    let away = (grid.point(at: SIMD3(i, j, k)).xyz - centre).length / width
                    if away < 3 { volume[i, j, k] += Float(height * pow(1 - away * away / 9, 3)) }
                }
            }
        }
    }
    return volume
}
