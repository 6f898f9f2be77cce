import Frames

/// How well a measured view agrees with a drawn one that is slid over it: the correlation of slopes for every shift by whole places.
struct SlidingAgreement {
    let raster: DetectorRaster
    /// Places that the drawn image may be shifted by to either side, along u and v.
    let reach: SIMD2<Int>
    /// Places that the drawn image reaches beyond the measured one, on each side.
    var border: SIMD2<Int> { reach &+ edge }
    /// What a drawn image must be drawn on.
    let drawnRaster: DetectorRaster

    private let weighedU: [Float]
    private let weighedV: [Float]
    private let weights: [Float]
    private let power: Float
    private let filter: GradientFilter
    private var edge: Int { filter.radius }

    /// - Parameter measured: its places count by their counting noise, so that the dark ones do not rule.
    init(_ measured: MeasuredSlopes, reach: SIMD2<Int>, filter: GradientFilter) {
        raster = measured.raster
        self.reach = reach
        self.filter = filter
        let border = reach &+ filter.radius
        drawnRaster = DetectorRaster(
            first: raster.first - raster.step * SIMD2<Double>(border), step: raster.step, size: raster.size &+ border &+ border)
        let count = raster.count
        let usual = max(1e-12, measured.noise.sorted()[count / 2])
        let weights = (0..<count).map { measured.valid[$0] * usual / (usual + measured.noise[$0]) }
        let alongU = (0..<count).map { weights[$0] * measured.slopes[$0] }
        let alongV = (0..<count).map { weights[$0] * measured.slopes[count + $0] }
        power = (0..<count).reduce(0) { $0 + alongU[$1] * measured.slopes[$1] + alongV[$1] * measured.slopes[count + $1] }
        (self.weights, weighedU, weighedV) = (weights, alongU, alongV)
    }

    /// The shift, in places, by which a drawn image agrees best, and the agreement, 0 (none at any shift) to 1.
    ///
    /// - Parameter image: line integrals on `drawnRaster`.
    /// - Complexity: O(places x shifts).
    func best(_ image: [Float]) -> (shift: SIMD2<Int>, agreement: Double) {
        let width = drawnRaster.size.x
        let count = drawnRaster.count
        let slopes = filter.slopes(of: image, drawnRaster)
        let squares = (0..<count).map { slopes[$0] * slopes[$0] + slopes[count + $0] * slopes[count + $0] }
        var best = (shift: SIMD2<Int>(), agreement: Float(0))
        slopes.withUnsafeBufferPointer { slopes in
            squares.withUnsafeBufferPointer { squares in
                for shiftV in -reach.y...reach.y {
                    for shiftU in -reach.x...reach.x {
                        let first = (border.y - shiftV) * width + border.x - shiftU
                        let (alongU, alongV) = (slopes.baseAddress! + first, slopes.baseAddress! + count + first)
                        let cross = sum(weighedU, alongU, width) + sum(weighedV, alongV, width)
                        let drawn = sum(weights, squares.baseAddress! + first, width)
                        guard cross > 0, drawn > 0 else { continue }
                        let agreement = cross / (drawn * power).squareRoot()
                        if agreement > best.agreement { best = (SIMD2(shiftU, shiftV), agreement) }
                    }
                }
            }
        }
        return (best.shift, Double(best.agreement))
    }

    /// The sum of products of an image on the raster and a part of one with rows of `stride` places.
    @inline(__always) private func sum(_ own: [Float], _ part: UnsafePointer<Float>, _ stride: Int) -> Float {
        let (width, height) = (raster.size.x, raster.size.y)
        return own.withUnsafeBufferPointer { own in
            var sums = SIMD8<Float>()
            var rest: Float = 0
            for v in 0..<height {
                let (a, b) = (own.baseAddress! + v * width, part + v * stride)
                var u = 0
                while u + 8 <= width {
                    sums +=
                        UnsafeRawPointer(a + u).loadUnaligned(as: SIMD8<Float>.self)
                        * UnsafeRawPointer(b + u).loadUnaligned(as: SIMD8<Float>.self)
                    u += 8
                }
                while u < width {
                    rest += a[u] * b[u]
                    u += 1
                }
            }
            return sums.sum() + rest
        }
    }
}
