import Anatomy
import Foundation
import Frames
import Volumes

@testable import Tracking

/// A patient to be found in one view or two.
enum StartScene {
    /// Nine equal vertebrae 30 mm apart, of which the three in the middle are tracked, and the organs around them, which tell one level from the next.
    static func model(withOrgans: Bool) throws -> SpineModel {
        let heights = (-4...4).map { 30.0 * Double($0) }
        let tracked = try zip([VertebraLevel.l2, .l1, .t12], [-30.0, 0, 30]).map { try blobVertebra($0, at: Point(0, 0, $1)) }.reversed()
        let grid = try GridGeometry<Patient>(size: SIMD3(44, 36, 76), spacing: SIMD3(4, 4, 4), origin: Point(-86, -70, -150))
        var rest = Volume<Float, Patient>(geometry: grid, repeating: 0)
        let shape = try blobs()
        let organs: [(SIMD3<Double>, Double)] = [
            (SIMD3(45, -10, 60), 22), (SIMD3(-40, 0, -35), 30), (SIMD3(30, -20, -80), 18), (SIMD3(-50, 10, 70), 15), (SIMD3(55, 0, 0), 14),
        ]
        for k in 1..<75 {
            for j in 1..<35 {
                for i in 1..<43 {
                    let point = grid.point(at: SIMD3(i, j, k)).xyz
                    var value = 0.0
                    for height in heights where abs(height) > 45 {
                        value += shape.linear(at: Point<Vertebra>(point - SIMD3(0, 0, height))) ?? 0
                    }
                    for (centre, radius) in organs where withOrgans {
                        value += 0.012 / (1 + exp(((point - centre).length - radius) / 2))
                    }
                    rest[i, j, k] = Float(value)
                }
            }
        }
        return SpineModel(vertebrae: Array(tracked), rest: AttenuationVolume(rest))
    }

    static func frames(_ model: SpineModel, _ place: RigidTransform<Room, Patient>, _ cameras: [CArmCamera]) -> [XRayFrame] {
        cameras.enumerated().map { n, camera in
            frame(
                model.vertebrae.map { ($0, place * $0.patientFromVertebra) }, rest: (model.rest, place), in: camera,
                view: ["AP", "LAT"][n])
        }
    }

    static func front() throws -> CArmCamera { try TestViews.fromTheFront(size: SIMD2(90, 110), spacing: 2.4) }
    static func side() throws -> CArmCamera { try TestViews.fromTheSide(size: SIMD2(90, 110), spacing: 2.4) }
}
