import Frames
import Testing
import Volumes

@testable import Tracking

struct RestImagesTests {
    /// Carried along, the image of a shifted patient is that of the patient drawn where it is.
    @Test func carriedImagesAreThoseDrawnAnew() throws {
        let blob = try blobs()
        let rest = Volume<Float, Patient>(
            geometry: try GridGeometry(size: blob.geometry.size, spacing: blob.geometry.spacing, origin: Point(blob.geometry.origin.xyz)),
            repeating: 0
        ).replaced(by: blob.voxels)
        let model = SpineModel(vertebrae: [], rest: AttenuationVolume(rest))
        let camera = try TestViews.fromTheFront()
        let parameters = RegistrationParameters()
        func place(_ x: Double, _ z: Double) -> RigidTransform<Room, Patient> {
            RigidTransform(asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: Point(x, 0, z))
        }
        let before = RestImages(of: model, at: place(0, 0), in: [camera], parameters: parameters, threads: 1)
        let now = RestImages(of: model, at: place(0.7, -0.4), in: [camera], parameters: parameters, threads: 1)
        let raster = DetectorRaster(blocksOf: camera.pixels(spanning: parameters.fineness[1]), in: camera)
        let carried = before.slopes(level: 1, view: 0, raster: raster, at: place(0.7, -0.4), centre: Point(0, 0, 0))
        let (drawn, old) = (now.slopes[1][0], before.slopes[1][0])
        func distance(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } }
        #expect(distance(old, drawn) > 0)
        #expect(distance(carried, drawn) < 0.15 * distance(old, drawn), "\(distance(carried, drawn)), \(distance(old, drawn))")
        #expect(before.serve(place(0.7, -0.4), Point(0, 0, 0), [camera], within: 1, 0.01))
        #expect(!before.serve(place(0.7, -0.4), Point(0, 0, 0), [camera], within: 0.5, 0.01))
        #expect(!before.serve(place(0, 0), Point(0, 0, 0), [try TestViews.fromTheSide()], within: 1, 0.01))
    }
}

extension Volume {
    fileprivate func replaced(by voxels: [Voxel]) -> Volume {
        var other = self
        other.voxels = voxels
        return other
    }
}
