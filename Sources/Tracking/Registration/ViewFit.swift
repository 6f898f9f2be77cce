import Foundation

/// Residuals of one view, with the contrast fitted and outliers weighed down.
struct ViewFit: Sendable {
    let raster: DetectorRaster
    /// Where a vertebra is seen, as one window.
    let window: RasterWindow
    /// Measured contrast over the model's: below 1 where scatter fills shadows.
    let gain: Float
    /// The residuals' robust standard deviation, per component.
    let scale: Float
    /// Half the sum of robust squares, in units of the scale.
    let cost: Double
    /// w r / scale² along u, then along v; 0 where no vertebra is seen.
    let weighed: [Float]
    /// w / scale².
    let weights: [Float]
    /// Slopes of vertebrae and background together, along u then v.
    let model: [Float]

    /// - Parameters:
    ///   - scale: the noise to measure by; nil to estimate it.
    ///   - huber: in standard deviations.
    init(_ view: ComparedView, _ rendered: [RenderedVertebra?], scale: Float?, huber: Float) {
        raster = view.measured.raster
        let parts = rendered.compactMap(\.self)
        window = parts.reduce(nil) { $0?.union($1.window) ?? $1.window } ?? RasterWindow(lower: SIMD2(0, 0), upper: SIMD2(0, 0))
        var model = view.background ?? [Float](repeating: 0, count: 2 * raster.count)
        var weights = [Float](repeating: 0, count: raster.count)
        for part in parts {
            part.addImage(to: &model, rasterSize: raster.size)
            part.mark(&weights, valid: view.measured.valid, rasterSize: raster.size)
        }
        gain = fittedGain(view.measured.slopes, model, weights, window, raster)
        var residuals = differences(view.measured.slopes, gain, model, weights, window, raster)
        self.scale = scale ?? robustScale(residuals, weights, window, raster)
        cost = weigh(&residuals, &weights, scale: self.scale, huber: huber, window, raster)
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

/// The standard deviation of one component, from the median squared length of pairs: that of a pair of normal components is 2 ln 2 variances.
private func robustScale(_ residuals: [Float], _ seen: [Float], _ window: RasterWindow, _ raster: DetectorRaster) -> Float {
    let count = raster.count
    var squares: [Float] = []
    for v in window.lower.y..<window.upper.y {
        for n in stride(from: v * raster.size.x + window.lower.x, to: v * raster.size.x + window.upper.x, by: 5) where seen[n] > 0 {
            squares.append(residuals[n] * residuals[n] + residuals[count + n] * residuals[count + n])
        }
    }
    guard !squares.isEmpty else { return 1 }
    squares.sort()
    return max(1e-4, (squares[squares.count / 2] / (2 * Float(M_LN2))).squareRoot())
}

/// Multiplies residuals by their weights, writes the weights, and returns the cost.
private func weigh(
    _ residuals: inout [Float], _ weights: inout [Float], scale: Float, huber: Float, _ window: RasterWindow, _ raster: DetectorRaster
) -> Double {
    let count = raster.count
    let information = 1 / (scale * scale)
    var cost = 0.0
    for v in window.lower.y..<window.upper.y {
        var rowCost: Float = 0
        for n in (v * raster.size.x + window.lower.x)..<(v * raster.size.x + window.upper.x) where weights[n] > 0 {
            let (x, y) = (residuals[n], residuals[count + n])
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

    /// Takes its window's valid places into a mask.
    func mark(_ mask: inout [Float], valid: [Float], rasterSize: SIMD2<Int>) {
        for v in window.lower.y..<window.upper.y {
            for n in (v * rasterSize.x + window.lower.x)..<(v * rasterSize.x + window.upper.x) { mask[n] = valid[n] }
        }
    }
}
