import Frames
import Testing
import Volumes

@testable import Tracking

struct RestImagesTests {
    private static let place = RigidTransform<Room, Patient>(
        asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: Point(0, 0, 0))

    private func blobModel() throws -> SpineModel {
        let blob = try blobs()
        func part(at x: Double) throws -> AttenuationVolume<Patient> {
            let origin = Point<Patient>(blob.geometry.origin.xyz + SIMD3(x, 0, 0))
            let grid = try GridGeometry<Patient>(size: blob.geometry.size, spacing: blob.geometry.spacing, origin: origin)
            return AttenuationVolume(try Volume(geometry: grid, voxels: blob.voxels))
        }
        return SpineModel(vertebrae: [], neighbours: [try part(at: 20)], rest: try part(at: 0))
    }

    @Test func theyAreTheRestsRadiographAtEachFineness() throws {
        let model = try blobModel()
        let camera = try TestViews.fromTheFront()
        let parameters = RegistrationParameters()
        let images = RestImages(of: model, withNeighbours: false, at: Self.place, in: [camera], parameters: parameters, threads: 1)
        let filter = GradientFilter(sigma: parameters.sigma)
        for (level, fineness) in parameters.fineness.enumerated() {
            let raster = DetectorRaster(blocksOf: camera.pixels(spanning: fineness), in: camera)
            let drawn = project(model.rest, at: camera.carmFromRoom * Self.place, from: camera, to: raster)
            #expect(distance(images.slopes[level][0], filter.slopes(of: drawn, raster)) < 0.03 * size(images.slopes[level][0]))
            #expect(distance(images.lineIntegrals[level][0], drawn) < 0.02 * size(drawn))
        }
    }

    @Test func neighboursAreDrawnWhereAsked() throws {
        let model = try blobModel()
        let camera = try TestViews.fromTheFront()
        func image(_ withNeighbours: Bool) -> [Float] {
            RestImages(of: model, withNeighbours: withNeighbours, at: Self.place, in: [camera], parameters: .init(), threads: 1)
                .lineIntegrals[1][0]
        }
        let raster = DetectorRaster(blocksOf: camera.pixels(spanning: 1.2), in: camera)
        let alone = project(model.neighbours[0], at: camera.carmFromRoom * Self.place, from: camera, to: raster)
        #expect(size(alone) > 0)
        #expect(distance(zip(image(true), image(false)).map { $0 - $1 }, alone) < 0.02 * size(alone))
    }

    private func distance(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } }
    private func size(_ a: [Float]) -> Float { a.reduce(0) { $0 + abs($1) } }
}
