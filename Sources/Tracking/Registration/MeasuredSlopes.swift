import Foundation

/// A frame at one fineness, as the registration compares it: slopes of its line integrals over blocks of pixels.
struct MeasuredSlopes: Sendable {
    let raster: DetectorRaster
    /// Along u, then along v: twice `raster.count` numbers, per place.
    let slopes: [Float]
    /// 1 where the slopes rest on measured pixels alone, else 0.
    let valid: [Float]
    /// The line integrals themselves; 0 where nothing was measured.
    let lineIntegrals: [Float]

    /// - Parameters:
    ///   - factor: pixels to a block's side. Counts are averaged before the logarithm is taken, since the logarithm of few photons is far off.
    /// - Complexity: O(pixels).
    init(_ frame: XRayFrame, blocksOf factor: Int, filter: GradientFilter) {
        let raster = DetectorRaster(blocksOf: factor, in: frame.camera)
        self.raster = raster
        let (integrals, isMeasured) = lineIntegralsOfBlocks(frame, factor, raster)
        slopes = integrals.withUnsafeBufferPointer {
            filter.slopes(of: $0.baseAddress!, planes: 1, width: raster.size.x, height: raster.size.y)
        }
        valid = eroded(isMeasured, by: filter.radius, width: raster.size.x, height: raster.size.y)
        lineIntegrals = integrals
    }
}

/// Below this share of the X-rays a block counts as having none: under a count of 16-bit detectors.
private let leastTransmission: Float = 1e-5

private func lineIntegralsOfBlocks(_ frame: XRayFrame, _ factor: Int, _ raster: DetectorRaster) -> (integrals: [Float], isMeasured: [Float])
{
    var sums = [Float](repeating: 0, count: raster.count)
    var counts = [Float](repeating: 0, count: raster.count)
    let columns = frame.camera.size.x
    frame.transmission.withUnsafeBufferPointer { pixels in
        for v in 0..<(raster.size.y * factor) {
            let out = v / factor * raster.size.x
            let row = v * columns
            for u in 0..<raster.size.x {
                for offset in 0..<factor {
                    let value = pixels[row + u * factor + offset]
                    // NaN fails this too.
                    guard value >= 0 else { continue }
                    sums[out + u] += value
                    counts[out + u] += 1
                }
            }
        }
    }
    let enough = Float(factor * factor) / 2
    for n in sums.indices {
        let isEnough = counts[n] >= enough
        sums[n] = isEnough ? -log(max(leastTransmission, sums[n] / counts[n])) : 0
        counts[n] = isEnough ? 1 : 0
    }
    return (sums, counts)
}

/// 1 where all of the square of half width `radius` is 1 and lies on the image.
private func eroded(_ mask: [Float], by radius: Int, width: Int, height: Int) -> [Float] {
    guard width > 2 * radius, height > 2 * radius else { return [Float](repeating: 0, count: mask.count) }
    var rows = [Float](repeating: 0, count: mask.count)
    for v in 0..<height {
        var run = 0
        for u in 0..<width {
            run = mask[v * width + u] > 0 ? run + 1 : 0
            if run > 2 * radius { rows[v * width + u - radius] = 1 }
        }
    }
    var result = [Float](repeating: 0, count: mask.count)
    for u in 0..<width {
        var run = 0
        for v in 0..<height {
            run = rows[v * width + u] > 0 ? run + 1 : 0
            if run > 2 * radius { result[(v - radius) * width + u] = 1 }
        }
    }
    return result
}
