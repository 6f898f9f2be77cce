import Testing

@testable import Tracking

struct ResampledRasterTests {
    /// An image that is linear along both axes, different ones, and that tells left from right.
    private func slope(_ raster: DetectorRaster) -> [Float] {
        (0..<raster.count).map { n in
            let pixel = raster.pixel(n % raster.size.x, n / raster.size.x)
            return Float(3 * pixel.x - 7 * pixel.y)
        }
    }

    /// Whole ratios, from pixels and from blocks; one that is not whole; a finer raster.
    @Test(arguments: [(1, 2), (1, 3), (2, 4), (2, 2)]) func theMeanOfALinearImageIsThatImage(from: Int, to: Int) throws {
        let camera = try TestViews.fromTheFront(size: SIMD2(25, 19))
        let (own, raster) = (DetectorRaster(blocksOf: from, in: camera), DetectorRaster(blocksOf: to, in: camera))
        let found = resampled(slope(own), of: own, on: raster, by: .mean)
        #expect(found.count == raster.count)
        for (found, expected) in zip(found, slope(raster)) { #expect(abs(found - expected) < 1e-4) }
    }

    @Test func theMeanIsOfAllPlacesOfABlockAndOfNoOthers() throws {
        let camera = try TestViews.fromTheFront(size: SIMD2(4, 4))
        let own = DetectorRaster(pixelsOf: camera)
        var image = [Float](repeating: 0, count: 16)
        (image[0], image[2], image[7]) = (4, 8, 16)
        #expect(resampled(image, of: own, on: DetectorRaster(blocksOf: 2, in: camera), by: .mean) == [1, 6, 0, 0])
    }

    /// Blocks of five on blocks of two hold two whole ones; the mean is of those about the middle.
    @Test func blocksThatDoNotHoldWholePlacesTakeTheNearest() throws {
        let camera = try TestViews.fromTheFront(size: SIMD2(30, 30))
        let (own, raster) = (DetectorRaster(blocksOf: 2, in: camera), DetectorRaster(blocksOf: 5, in: camera))
        // Half of one of its places along both axes.
        for (found, expected) in zip(resampled(slope(own), of: own, on: raster, by: .mean), slope(raster)) {
            #expect(abs(found - expected) <= Float(1 * 3 + 1 * 7))
        }
    }

    /// A mask stays one, on finer and on coarser rasters.
    @Test(arguments: [1, 3, 4]) func theNearestValueIsOneOfTheImages(to: Int) throws {
        let camera = try TestViews.fromTheFront(size: SIMD2(24, 24))
        let (own, raster) = (DetectorRaster(blocksOf: 2, in: camera), DetectorRaster(blocksOf: to, in: camera))
        let image = (0..<own.count).map { Float($0 % own.size.x < 4 ? 1 : 0) }
        let found = resampled(image, of: own, on: raster, by: .nearest)
        #expect(Set(found) == [0, 1])
        for n in found.indices {
            let pixel = raster.pixel(n % raster.size.x, n / raster.size.x)
            // The mask ends at pixel 7.5.
            if abs(pixel.x - 7.5) > 1 { #expect(found[n] == (pixel.x < 7.5 ? 1 : 0)) }
        }
    }
}
