import Frames
import Testing
import Volumes

@testable import Tracking

struct OccupiedPlanesTests {
    /// Blobs in two corners of a large empty box, from near and far, whole and in part on the image.
    @Test(arguments: [Point<Room>(0, 0, 0), Point(40, -30, 25), Point(0, 350, 0), Point(0, -600, 10), Point(90, 0, -80)], [0.0, 0.7, 2.1])
    func leavesOutNothing(origin: Point<Room>, angle: Double) throws {
        let volume = try twoBlobs()
        let sparse = AttenuationVolume(volume)
        let pose = RigidTransform<Room, Vertebra>(
            asserting: Rotation(angle: angle, about: UnitVector(Vector(0.4, 0.5, 0.7))!), origin: origin)
        for camera in [try TestViews.fromTheFront(), try TestViews.fromTheSide()] {
            let at = camera.carmFromRoom * pose
            let raster = DetectorRaster(blocksOf: 2, in: camera)
            let bundle = RayBundle(from: camera, to: raster, through: volume.geometry, at: at)
            let planes = OccupiedPlanes(sparse.occupied, bundle, raster)
            let whole = [VoxelBlock(lower: SIMD3(0, 0, 0), upper: volume.geometry.size &- 1)]
            let all = OccupiedPlanes(whole, bundle, raster)
            let found = project(sparse, at: at, from: camera, to: raster)
            let expected = project(AttenuationVolume(volume: volume, occupied: whole), at: at, from: camera, to: raster)
            let greatest = zip(found, expected).map { abs($0 - $1) }.max()!
            #expect(greatest < 2e-6, "\(greatest)")
            for row in 0..<raster.size.y {
                for column in 0..<raster.size.x {
                    let (narrow, wide) = (planes.range(column, row), all.range(column, row))
                    #expect(narrow.lower > narrow.upper || (narrow.lower >= wide.lower && narrow.upper <= wide.upper))
                }
            }
        }
    }

    /// What is saved: a tile beside the shadow looks at no plane.
    @Test func looksAtFewPlanes() throws {
        let volume = try twoBlobs()
        let camera = try TestViews.fromTheFront()
        let raster = DetectorRaster(pixelsOf: camera)
        let bundle = RayBundle(from: camera, to: raster, through: volume.geometry, at: camera.carmFromRoom * upright(at: Point(0, 0, 0)))
        let planes = OccupiedPlanes(AttenuationVolume(volume).occupied, bundle, raster)
        var looked = 0
        for row in 0..<raster.size.y {
            for column in 0..<raster.size.x {
                let range = planes.range(column, row)
                looked += max(0, range.upper - range.lower + 1)
            }
        }
        #expect(looked > 0)
        #expect(looked < raster.count * 60 / 10, "\(looked) of \(raster.count * 60)")
    }
}

private func twoBlobs() throws -> Volume<Float, Vertebra> {
    let grid = try GridGeometry<Vertebra>(size: SIMD3(60, 60, 60), spacing: SIMD3(1, 1, 1), origin: Point(-30, -30, -30))
    var volume = Volume<Float, Vertebra>(geometry: grid, repeating: 0)
    for (corner, side) in [(SIMD3(4, 6, 5), 9), (SIMD3(45, 41, 47), 12)] {
        for k in 0..<side {
            for j in 0..<side { for i in 0..<side { volume[corner.x + i, corner.y + j, corner.z + k] = 0.02 + 0.001 * Float(i + 2 * j) } }
        }
    }
    return volume
}
