import Foundation

/// Slopes of an image along u and v, smoothed by a Gaussian: what images are compared by, because soft tissue and scatter change slowly and bone's
/// edges do not.
struct GradientFilter: Sendable {
    /// Taps from the middle outwards; the derivative's are those of the positive side, the other side has the opposite sign.
    let smooth: [Float]
    let slope: [Float]
    var radius: Int { smooth.count - 1 }
    /// Variance of a slope where places are independent of variance one.
    var noiseGain: Float {
        let along = 2 * slope.reduce(0) { $0 + $1 * $1 }
        let across = smooth[0] * smooth[0] + 2 * smooth.dropFirst().reduce(0) { $0 + $1 * $1 }
        return along * across
    }

    /// - Parameter sigma: of the Gaussian, in places of the raster.
    init(sigma: Double) {
        let radius = max(2, Int((2.5 * sigma).rounded(.up)))
        let gaussian = (0...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
        let sum = gaussian[0] + 2 * gaussian.dropFirst().reduce(0, +)
        smooth = gaussian.map { Float($0 / sum) }
        // Scaled so that a ramp of slope one gives one.
        let raw = (0...radius).map { Double($0) * gaussian[$0] }
        let ramp = 2 * (1...radius).reduce(0.0) { $0 + Double($1) * raw[$1] }
        slope = raw.map { Float($0 / ramp) }
    }

    /// The slopes of `planes` images of `width` x `height` that lie one after another in `images`; outside is zero.
    ///
    /// - Returns: twice as many images: plane n's slope along u at 2 n, along v at 2 n + 1, per place of the raster.
    /// - Complexity: O(pixels x planes x radius).
    func slopes(of images: UnsafePointer<Float>, planes: Int, width: Int, height: Int) -> [Float] {
        let count = width * height
        var smoothed = [Float](repeating: 0, count: count)
        var sloped = [Float](repeating: 0, count: count)
        return [Float](unsafeUninitializedCapacity: 2 * planes * count) { result, filled in
            for plane in 0..<planes {
                let source = images + plane * count
                smoothed.withUnsafeMutableBufferPointer { smoothed in
                    sloped.withUnsafeMutableBufferPointer { sloped in
                        let (s, d) = (smoothed.baseAddress!, sloped.baseAddress!)
                        alongRows(source, s, d, width, height)
                        alongColumns(d, smooth, sign: 1, result.baseAddress! + 2 * plane * count, width, height)
                        alongColumns(s, slope, sign: -1, result.baseAddress! + (2 * plane + 1) * count, width, height)
                    }
                }
            }
            filled = 2 * planes * count
        }
    }

    /// The slopes of one image on a raster: along u, then along v.
    func slopes(of image: [Float], _ raster: DetectorRaster) -> [Float] {
        image.withUnsafeBufferPointer { slopes(of: $0.baseAddress!, planes: 1, width: raster.size.x, height: raster.size.y) }
    }

    /// Both row filters at once.
    private func alongRows(
        _ source: UnsafePointer<Float>, _ smoothed: UnsafeMutablePointer<Float>, _ sloped: UnsafeMutablePointer<Float>, _ width: Int,
        _ height: Int
    ) {
        let radius = self.radius
        for v in 0..<height {
            let row = source + v * width
            let (s, d) = (smoothed + v * width, sloped + v * width)
            for u in 0..<width {
                s[u] = smooth[0] * row[u]
                d[u] = 0
            }
            for tap in 1...min(radius, max(1, width - 1)) where tap < width {
                let (a, b) = (smooth[tap], slope[tap])
                for u in 0..<(width - tap) {
                    s[u] += a * row[u + tap]
                    d[u] += b * row[u + tap]
                    s[u + tap] += a * row[u]
                    d[u + tap] -= b * row[u]
                }
            }
        }
    }

    private func alongColumns(
        _ source: UnsafePointer<Float>, _ taps: [Float], sign: Float, _ result: UnsafeMutablePointer<Float>, _ width: Int, _ height: Int
    ) {
        for v in 0..<height {
            let out = result + v * width
            let row = source + v * width
            for u in 0..<width { out[u] = taps[0] * row[u] }
            for tap in 1..<taps.count {
                let a = taps[tap]
                if v + tap < height {
                    let below = source + (v + tap) * width
                    for u in 0..<width { out[u] += a * below[u] }
                }
                if v >= tap {
                    let above = source + (v - tap) * width
                    let b = sign * a
                    for u in 0..<width { out[u] += b * above[u] }
                }
            }
        }
    }
}
