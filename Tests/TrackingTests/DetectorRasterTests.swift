import Frames
import Testing

@testable import Tracking

struct DetectorRasterTests {
    @Test func blocksLieInTheMiddleOfTheirPixelsAndCutOnesAreLeftOut() throws {
        let camera = try TestViews.fromTheFront(size: SIMD2(10, 7))
        let raster = DetectorRaster(blocksOf: 3, in: camera)
        #expect(raster.size == SIMD2(3, 2) && raster.count == 6)
        // Pixels 0, 1 and 2 have their middle at 1; 6, 7 and 8 at 7.
        #expect(raster.pixel(0, 0) == SIMD2(1, 1) && raster.pixel(2, 1) == SIMD2(7, 4))
        #expect(DetectorRaster(blocksOf: 1, in: camera) == DetectorRaster(pixelsOf: camera))
        #expect(DetectorRaster(blocksOf: 2, in: camera).pixel(0, 0) == SIMD2(0.5, 0.5))
        #expect(DetectorRaster(blocksOf: 8, in: camera).count == 0)
    }

    @Test func aWindowSeesWhatTheWholeSeesThere() throws {
        let camera = try TestViews.fromTheFront(size: SIMD2(40, 30), spacing: 2.4)
        let raster = DetectorRaster(blocksOf: 2, in: camera)
        let window = RasterWindow(lower: SIMD2(3, 2), upper: SIMD2(14, 11))
        let (volume, place) = (try blobs(), camera.carmFromRoom * upright(at: Point(4, 0, 3)))
        let whole = project(volume, at: place, from: camera, to: raster)
        let part = project(volume, at: place, from: camera, to: raster.window(window))
        #expect(part.count == 11 * 9 && part.contains { $0 > 0.1 })
        for v in 0..<9 {
            for u in 0..<11 { #expect(abs(part[v * 11 + u] - whole[(v + 2) * raster.size.x + u + 3]) < 1e-5) }
        }
    }

    @Test func windowsMeetWhereBothAre() {
        let one = RasterWindow(lower: SIMD2(0, 2), upper: SIMD2(5, 9))
        let other = RasterWindow(lower: SIMD2(3, 0), upper: SIMD2(8, 4))
        let both = one.intersection(other)
        #expect(both == RasterWindow(lower: SIMD2(3, 2), upper: SIMD2(5, 4)) && both == other.intersection(one))
        #expect(both.size == SIMD2(2, 2) && !both.isEmpty)
        #expect(one.intersection(RasterWindow(lower: SIMD2(5, 2), upper: SIMD2(9, 9))).isEmpty)
        #expect(one.union(other) == RasterWindow(lower: SIMD2(0, 0), upper: SIMD2(8, 9)))
    }
}
