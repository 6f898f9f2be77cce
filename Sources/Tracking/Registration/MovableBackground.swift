import Foundation
import Frames

/// What lies in one view beside the tracked vertebrae, drawn once, and how far it may have moved within the image since.
///
/// Organs and ribs do not move with the spine. How far they are off in the image is found with the vertebrae's poses: three numbers a view.
struct MovableBackground: Sendable {
    /// Expected motion, and one over the variance of each of its three numbers (`ImageMotion`).
    struct Prior: Sendable {
        var mean: ImageMotion
        var information: [Double]

        /// Half the squared deviation in standard deviations.
        func cost(of motion: ImageMotion) -> Double {
            zip(zip(motion.array, mean.array), information).reduce(0) { $0 + pow($1.0.0 - $1.0.1, 2) * $1.1 } / 2
        }
    }

    let raster: DetectorRaster
    /// Slopes along u, then along v, of what may have moved: twice `raster.count` numbers, per place.
    let slopes: [Float]
    /// Slopes of what stands where it is drawn; nil for nothing.
    let standing: [Float]?
    /// Between places, mm at the detector.
    let step: Double
    /// The place that turns go about.
    let pivot: SIMD2<Double>
    /// Nil where it has not moved.
    let prior: Prior?

    init(
        raster: DetectorRaster, slopes: [Float], standing: [Float]?, step: Double, pivot: SIMD2<Double>, prior: Prior?
    ) {
        (self.raster, self.slopes, self.standing, self.step, self.pivot, self.prior) = (raster, slopes, standing, step, pivot, prior)
    }

    /// One that may have moved within a camera's image, about the place where a point is seen.
    ///
    /// - Parameters:
    ///   - expected: how far it is believed to have moved.
    ///   - shift, turn: by how much it may have moved otherwise, standard deviations, mm at the detector and rad.
    ///   - inflation: of the images' information, which the prior's must keep up with.
    init(
        movable slopes: [Float], _ raster: DetectorRaster, standing: [Float]? = nil, in camera: CArmCamera, about centre: Point<Room>,
        expected: ImageMotion = ImageMotion(), shift: Double, turn: Double, inflation: Double
    ) {
        let pixel = camera.pixel(of: centre) ?? camera.principalPoint
        let information = [1 / (shift * shift), 1 / (shift * shift), 1 / (turn * turn)].map { $0 * inflation }
        self.init(
            raster: raster, slopes: slopes, standing: standing, step: raster.step * camera.pixelSpacing.y,
            pivot: (pixel - raster.first) / raster.step, prior: Prior(mean: expected, information: information))
    }

    /// One that has not moved.
    init(still slopes: [Float], _ raster: DetectorRaster, standing: [Float]? = nil) {
        self.init(raster: raster, slopes: slopes, standing: standing, step: 1, pivot: SIMD2(0, 0), prior: nil)
    }

    /// The slopes of what may have moved, after a motion; what comes in at the edge is zero.
    ///
    /// - Complexity: O(places).
    func moved(by motion: ImageMotion) -> [Float] {
        guard motion != ImageMotion() else { return slopes }
        let (width, height, count) = (raster.size.x, raster.size.y, raster.count)
        let (cosine, sine) = (Float(cos(motion.turn)), Float(sin(motion.turn)))
        let pivot = SIMD2<Float>(self.pivot)
        let target = pivot + SIMD2<Float>(motion.shift / step)
        let limit = SIMD2<Float>(raster.size &- 1) - 1e-3
        var result = [Float](repeating: 0, count: 2 * count)
        slopes.withUnsafeBufferPointer { slopes in
            result.withUnsafeMutableBufferPointer { result in
                for v in 0..<height {
                    let y = Float(v) - target.y
                    for u in 0..<width {
                        let x = Float(u) - target.x
                        let from = pivot + SIMD2(cosine * x + sine * y, cosine * y - sine * x)
                        guard from.x >= 0, from.y >= 0, from.x < limit.x, from.y < limit.y else { continue }
                        let cell = from.rounded(.down)
                        let (fu, fv) = (from.x - cell.x, from.y - cell.y)
                        let n = Int(cell.y) * width + Int(cell.x)
                        func sample(_ n: Int) -> Float {
                            let one = slopes[n] + fu * (slopes[n + 1] - slopes[n])
                            let two = slopes[n + width] + fu * (slopes[n + width + 1] - slopes[n + width])
                            return one + fv * (two - one)
                        }
                        let (alongU, alongV) = (sample(n), sample(count + n))
                        result[v * width + u] = cosine * alongU - sine * alongV
                        result[count + v * width + u] = sine * alongU + cosine * alongV
                    }
                }
            }
        }
        return result
    }

    /// How the moved slopes change with the three numbers of the motion, over a window: six images, along u and v for each.
    ///
    /// - Parameter moved: what `moved(by: motion)` gave.
    func derivatives(of moved: [Float], at motion: ImageMotion, in window: RasterWindow) -> [Float] {
        let (width, height, count) = (raster.size.x, raster.size.y, raster.count)
        let size = window.size
        let planeSize = size.x * size.y
        let perMillimetre = Float(-1 / step)
        let centre = SIMD2<Float>(pivot + motion.shift / step)
        var result = [Float](repeating: 0, count: 6 * planeSize)
        for v in window.lower.y..<window.upper.y where v > 0 && v < height - 1 {
            for u in window.lower.x..<window.upper.x where u > 0 && u < width - 1 {
                let n = v * width + u
                let out = (v - window.lower.y) * size.x + u - window.lower.x
                let (x, y) = (Float(u) - centre.x, Float(v) - centre.y)
                for component in 0..<2 {
                    let m = component * count + n
                    let alongU = (moved[m + 1] - moved[m - 1]) / 2
                    let alongV = (moved[m + width] - moved[m - width]) / 2
                    result[component * planeSize + out] = perMillimetre * alongU
                    result[(2 + component) * planeSize + out] = perMillimetre * alongV
                    // The picture is carried along its circle, and its slopes turn with it.
                    let turned = component == 0 ? -moved[count + n] : moved[n]
                    result[(4 + component) * planeSize + out] = y * alongU - x * alongV + turned
                }
            }
        }
        return result
    }
}
