import Foundation

/// Residuals of one view, with the contrast fitted and outliers weighed down.
struct ViewFit: Sendable {
    let raster: DetectorRaster
    /// What the fit looks at: places, and the window that holds them. Kept over the steps of a search, or the sum of squares would change with their number.
    let looked: LookedPlaces
    /// Measured contrast over the model's: below 1 where scatter fills shadows.
    let gain: Float
    /// What residuals vary by beside counting noise, per component: the model's own error, as a standard deviation.
    let scale: Float
    /// Half the sum of robust squares, in units of the scale.
    let cost: Double
    /// w r / variance along u, then along v; 0 where no vertebra is seen.
    let weighed: [Float]
    /// w / variance, where the variance is the model's and the counting noise's.
    let weights: [Float]
    /// Slopes of vertebrae and background together, along u then v.
    let model: [Float]

    /// - Parameters:
    ///   - background: slopes of everything but the vertebrae, along u then v; nil where it is not known.
    ///   - reference: the fit whose places and scale to keep; nil to look where the vertebrae are now and to estimate the scale.
    ///   - huber: in standard deviations.
    init(
        _ measured: MeasuredSlopes, _ rendered: [RenderedVertebra?], background: [Float]?, keeping reference: ViewFit?, huber: Float
    ) {
        raster = measured.raster
        let parts = rendered.compactMap(\.self)
        looked = reference?.looked ?? LookedPlaces(around: parts.map(\.window), valid: measured.valid, raster: raster)
        let window = looked.window
        var model = background ?? [Float](repeating: 0, count: 2 * raster.count)
        for part in parts { part.addImage(to: &model, rasterSize: raster.size) }
        var weights = looked.mask
        gain = fittedGain(measured.slopes, model, weights, window, raster)
        var residuals = differences(measured.slopes, gain, model, weights, window, raster)
        scale = reference?.scale ?? modelError(residuals, weights, measured.noise, window, raster)
        cost = weigh(&residuals, &weights, measured.noise, scale: scale, huber: huber, window, raster)
        self.weights = weights
        self.model = model
        weighed = residuals
    }
}

private func fittedGain(_ measured: [Float], _ model: [Float], _ seen: [Float], _ window: RasterWindow, _ raster: DetectorRaster) -> Float {
    var cross: Float = 0
    var square: Float = 0
    let count = raster.count
    for v in window.lower.y..<window.upper.y {
        var (rowCross, rowSquare): (Float, Float) = (0, 0)
        for n in (v * raster.size.x + window.lower.x)..<(v * raster.size.x + window.upper.x) where seen[n] > 0 {
            rowCross += measured[n] * model[n] + measured[count + n] * model[count + n]
            rowSquare += model[n] * model[n] + model[count + n] * model[count + n]
        }
        cross += rowCross
        square += rowSquare
    }
    // A model with the opposite contrast is no fit; the floor keeps its derivatives alive.
    return square > 0 ? max(0.05, cross / square) : 1
}

private func differences(
    _ measured: [Float], _ gain: Float, _ model: [Float], _ seen: [Float], _ window: RasterWindow, _ raster: DetectorRaster
) -> [Float] {
    let count = raster.count
    var residuals = [Float](repeating: 0, count: 2 * count)
    for v in window.lower.y..<window.upper.y {
        for n in (v * raster.size.x + window.lower.x)..<(v * raster.size.x + window.upper.x) where seen[n] > 0 {
            residuals[n] = measured[n] - gain * model[n]
            residuals[count + n] = measured[count + n] - gain * model[count + n]
        }
    }
    return residuals
}

/// What residuals vary by beyond counting noise: the standard deviation of one component, from the median of squared lengths over what noise alone makes
/// (2 ln 2 variances for a pair of normal components).
private func modelError(_ residuals: [Float], _ seen: [Float], _ noise: [Float], _ window: RasterWindow, _ raster: DetectorRaster) -> Float
{
    let count = raster.count
    var excess: [Float] = []
    for v in window.lower.y..<window.upper.y {
        for n in stride(from: v * raster.size.x + window.lower.x, to: v * raster.size.x + window.upper.x, by: 5) where seen[n] > 0 {
            let square = residuals[n] * residuals[n] + residuals[count + n] * residuals[count + n]
            excess.append(square / (2 * Float(M_LN2)) - noise[n])
        }
    }
    guard !excess.isEmpty else { return 1 }
    excess.sort()
    return max(leastModelError, max(0, excess[excess.count / 2]).squareRoot())
}

/// Line integrals a place: no model of a patient is better.
private let leastModelError: Float = 2e-3

/// Multiplies residuals by their weights, writes the weights, and returns the cost.
private func weigh(
    _ residuals: inout [Float], _ weights: inout [Float], _ noise: [Float], scale: Float, huber: Float, _ window: RasterWindow,
    _ raster: DetectorRaster
) -> Double {
    let count = raster.count
    var cost = 0.0
    for v in window.lower.y..<window.upper.y {
        var rowCost: Float = 0
        for n in (v * raster.size.x + window.lower.x)..<(v * raster.size.x + window.upper.x) where weights[n] > 0 {
            let (x, y) = (residuals[n], residuals[count + n])
            let information = 1 / (scale * scale + noise[n])
            let size = ((x * x + y * y) * information).squareRoot()
            let isFar = size > huber
            rowCost += isFar ? huber * (size - huber / 2) : size * size / 2
            let weight = isFar ? information * huber / size : information
            weights[n] = weight
            residuals[n] = x * weight
            residuals[count + n] = y * weight
        }
        cost += Double(rowCost)
    }
    return cost
}

extension RasterWindow {
    func union(_ other: RasterWindow) -> RasterWindow {
        RasterWindow(lower: pointwiseMin(lower, other.lower), upper: pointwiseMax(upper, other.upper))
    }
}

extension RenderedVertebra {
    /// Adds its radiograph's slopes to those of a whole raster.
    func addImage(to model: inout [Float], rasterSize: SIMD2<Int>) {
        let size = window.size
        let count = rasterSize.x * rasterSize.y
        for plane in 0..<2 {
            for v in 0..<size.y {
                let from = plane * size.x * size.y + v * size.x
                let to = plane * count + (v + window.lower.y) * rasterSize.x + window.lower.x
                for u in 0..<size.x { model[to + u] += slopes[from + u] }
            }
        }
    }
}

/// Places of a raster: a mask, and the window that holds all of it.
struct LookedPlaces: Sendable {
    let mask: [Float]
    let window: RasterWindow

    /// The valid places of some windows and of a margin around them, for what the search may yet move.
    init(around windows: [RasterWindow], valid: [Float], raster: DetectorRaster, margin: Int = 3) {
        let image = RasterWindow(lower: SIMD2(0, 0), upper: raster.size)
        var mask = [Float](repeating: 0, count: raster.count)
        var bounds: RasterWindow?
        for window in windows {
            let wide = RasterWindow(lower: window.lower &- margin, upper: window.upper &+ margin).intersection(image)
            guard !wide.isEmpty else { continue }
            for v in wide.lower.y..<wide.upper.y {
                for n in (v * raster.size.x + wide.lower.x)..<(v * raster.size.x + wide.upper.x) { mask[n] = valid[n] }
            }
            bounds = bounds?.union(wide) ?? wide
        }
        self.mask = mask
        window = bounds ?? RasterWindow(lower: SIMD2(0, 0), upper: SIMD2(0, 0))
    }
}
