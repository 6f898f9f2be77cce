import Foundation

/// A frame at one fineness, as the registration compares it: slopes of its line integrals over blocks of pixels.
struct MeasuredSlopes: Sendable {
    let raster: DetectorRaster
    /// Along u, then along v: twice `raster.count` numbers, per place.
    private(set) var slopes: [Float]
    /// 1 where the slopes rest on measured pixels alone and nothing hides the patient, else 0.
    private(set) var valid: [Float]
    /// 1 where something that is not the patient hides it, such as metal, and the slopes were measured; empty where nothing does.
    private(set) var hidden: [Float] = []
    /// The line integrals themselves; 0 where nothing was measured.
    private(set) var lineIntegrals: [Float]
    /// Variance of a slope that the X-rays' counting noise makes, by place: it grows as the counts fall.
    let noise: [Float]

    /// - Parameters:
    ///   - factor: pixels to a block's side. Counts are averaged before the logarithm is taken, since the logarithm of few photons is far off.
    /// - Complexity: O(pixels).
    init(_ frame: XRayFrame, blocksOf factor: Int, filter: GradientFilter) {
        let raster = DetectorRaster(blocksOf: factor, in: frame.camera)
        self.raster = raster
        let (integrals, isMeasured) = lineIntegralsOfBlocks(frame, factor, raster)
        slopes = filter.slopes(of: integrals, raster)
        valid = eroded(isMeasured, by: filter.radius, width: raster.size.x, height: raster.size.y)
        lineIntegrals = integrals
        noise = countingNoise(integrals, isMeasured, raster).map { $0 * filter.noiseGain }
    }

    /// Takes out what lies over the patient: where `mask` is 1 places are hidden, and their line integrals become `fill`, so that slopes beside them tell of the
    /// patient as well.
    mutating func hide(_ mask: [Float], fill: [Float], filter: GradientFilter) {
        hidden = zip(mask, valid).map { $0 * $1 }
        for n in valid.indices {
            valid[n] -= hidden[n]
            if mask[n] > 0 { lineIntegrals[n] = fill[n] }
        }
        slopes = filter.slopes(of: lineIntegrals, raster)
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
        sums.withUnsafeMutableBufferPointer { sums in
            counts.withUnsafeMutableBufferPointer { counts in
                for v in 0..<(raster.size.y * factor) {
                    let out = v / factor * raster.size.x
                    for u in 0..<raster.size.x {
                        let first = v * columns + u * factor
                        var (sum, count): (Float, Float) = (0, 0)
                        for n in first..<(first + factor) {
                            // NaN fails this too.
                            let isMeasured = pixels[n] >= 0
                            sum += isMeasured ? pixels[n] : 0
                            count += isMeasured ? 1 : 0
                        }
                        sums[out + u] += sum
                        counts[out + u] += count
                    }
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

/// The variance of each place's line integral: k / transmission, with k from how much neighbours along a row differ from their mean, by the median over all
/// places, so that edges do not count.
private func countingNoise(_ integrals: [Float], _ isMeasured: [Float], _ raster: DetectorRaster) -> [Float] {
    let (width, height) = (raster.size.x, raster.size.y)
    guard width > 4, height > 4 else { return [Float](repeating: 0, count: raster.count) }
    let smooth = boxMean(integrals, half: 2, width: width, height: height)
    var ratios: [Float] = []
    for v in stride(from: 2, to: height - 2, by: 3) {
        for n in stride(from: v * width + 2, to: (v + 1) * width - 2, by: 3) where isMeasured[n - 1] * isMeasured[n] * isMeasured[n + 1] > 0
        {
            let difference = integrals[n] - 0.5 * (integrals[n - 1] + integrals[n + 1])
            ratios.append(difference * difference * exp(-smooth[n]))
        }
    }
    guard !ratios.isEmpty else { return [Float](repeating: 0, count: raster.count) }
    ratios.sort()
    // The difference has 1.5 times a place's variance; the median of a squared standard normal is 0.455.
    let perCount = ratios[ratios.count / 2] / (1.5 * 0.455)
    return smooth.map { perCount * exp(min($0, 12)) }
}

/// Means over squares of 2 half + 1 places to a side, smaller at the edge.
func boxMean(_ image: [Float], half: Int, width: Int, height: Int) -> [Float] {
    func pass(_ source: [Float], step: Int, length: Int, lines: Int, lineStep: Int) -> [Float] {
        var result = source
        for line in 0..<lines {
            let start = line * lineStep
            var sum: Float = 0
            for n in 0..<min(half, length) { sum += source[start + n * step] }
            for n in 0..<length {
                if n + half < length { sum += source[start + (n + half) * step] }
                if n - half - 1 >= 0 { sum -= source[start + (n - half - 1) * step] }
                result[start + n * step] = sum / Float(min(n + half, length - 1) - max(n - half, 0) + 1)
            }
        }
        return result
    }
    let rows = pass(image, step: 1, length: width, lines: height, lineStep: width)
    return pass(rows, step: width, length: height, lines: width, lineStep: 1)
}
