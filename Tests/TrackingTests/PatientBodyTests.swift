import Anatomy
import Foundation
import Frames
import Testing
import Volumes

@testable import Tracking

struct PatientBodyTests {
    private func model() throws -> SpineModel {
        let grid = try GridGeometry<Patient>(size: SIMD3(60, 50, 40), spacing: SIMD3(2, 2, 3), origin: Point(-40, -30, 200))
        var rest = Volume<Float, Patient>(geometry: grid, repeating: 0.001)
        rest[10, 12, 14] = 0.5
        return SpineModel(vertebrae: [try blobVertebra(at: Point(15, 10, 260))], rest: AttenuationVolume(rest))
    }

    private func mass<F>(_ volume: AttenuationVolume<F>) -> Double {
        volume.volume.voxels.reduce(0.0) { $0 + Double($1) } * volume.geometry.voxelVolume
    }

    @Test func theWholeHoldsAllParts() throws {
        let model = try model()
        let parts = mass(model.rest) + mass(model.vertebrae[0].attenuation)
        #expect(abs(mass(model.wholeBody.attenuation) / parts - 1) < 1e-4)
        #expect(abs(mass(model.wholeBody.averaged(toSpacing: 6).attenuation) / parts - 1) < 0.1)
    }

    /// Along every ray as the parts are where the CT has them, but for the voxels' size.
    @Test func itsRadiographIsThatOfTheParts() throws {
        let model = try model()
        let place = supine(at: Point(0, 0, -255))
        let camera = try TestViews.fromTheFront(size: SIMD2(40, 40), spacing: 5)
        let frame = frame([(model.vertebrae[0], place * model.vertebrae[0].patientFromVertebra)], rest: (model.rest, place), in: camera)
        let body = model.wholeBody
        let drawn = project(
            body.attenuation, at: camera.carmFromRoom * place * body.patientFromBody, from: camera, to: DetectorRaster(pixelsOf: camera))
        let parts = frame.transmission.map { -log($0) }
        let mean = zip(parts, drawn).reduce(Float(0)) { $0 + abs($1.0 - $1.1) } / Float(parts.reduce(0, +))
        #expect(mean < 0.1, "\(mean)")
        // The brightest place is the same, so nothing is mirrored or moved.
        #expect(parts.indices.max { parts[$0] < parts[$1] } == drawn.indices.max { drawn[$0] < drawn[$1] })
    }
}
