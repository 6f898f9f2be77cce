import Frames
import Testing
import Volumes

@testable import Tracking

struct RayCrossingsTests {
    /// One plane to nine: the last four are full, or not.
    @Test(arguments: 1...9)
    func everyPlaneCountsOnce(planes: Int) throws {
        let grid = try GridGeometry<Vertebra>(size: SIMD3(40, planes, 40), spacing: SIMD3(1, 1, 1), origin: Point(-20, 0, -20))
        let volume = Volume<Float, Vertebra>(geometry: grid, repeating: 0.5)
        let camera = try TestViews.fromTheFront()
        let raster = DetectorRaster(pixelsOf: camera)
        let bundle = RayBundle(from: camera, to: raster, through: grid, at: camera.carmFromRoom * upright(at: Point(0, 0, 0)))
        let occupied = OccupiedPlanes(AttenuationVolume(volume).occupied, bundle, raster)
        let ray = try #require(RayCrossings(bundle, occupied, 70, 58))
        var counts = [Int: Float]()
        volume.voxels.withUnsafeBufferPointer { voxels in
            ray.forEachFour(voxels.baseAddress!, bundle.stride) { four, weight in
                for lane in 0..<4 where weight[lane] != 0 { counts[Int(four.planes[lane]), default: 0] += weight[lane] }
                #expect(four.corner00 == SIMD4(repeating: 0.5) && four.corner11 == SIMD4(repeating: 0.5))
                #expect(
                    (0..<4).allSatisfy { (-0.001...1.001).contains(four.fractionA[$0]) && (-0.001...1.001).contains(four.fractionB[$0]) })
            }
        }
        #expect(counts == Dictionary(uniqueKeysWithValues: (0..<planes).map { ($0, 1) }))
    }
}
