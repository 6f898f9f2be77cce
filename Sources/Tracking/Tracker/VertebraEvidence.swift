/// How well one view's image agrees with one vertebra of the model, over the places where that vertebra has edges.
struct ViewEvidence {
    /// The contrast of this vertebra alone, measured over modelled, divided by the view's gain: 1 where the model is right.
    var contrast = 0.0
    /// One over the contrast's variance, were residuals independent.
    var information = 0.0
    /// Share of the vertebra's edge strength that lies on valid places of the image.
    var visible = 0.0
    /// Share of its valid edge strength where residuals are beyond four standard deviations.
    var outliers = 0.0

    /// - Complexity: O(places of the window).
    init(_ view: ComparedView, _ fit: ViewFit, _ part: RenderedVertebra) {
        let size = part.window.size
        let planeSize = size.x * size.y
        let count = fit.raster.count
        let measured = view.measured.slopes
        // In frames with hardly any noise every small flaw of the model lies many standard deviations off; an instrument's edges are as strong as bone's.
        let least = 0.25 * fit.gain * fit.gain * meanStrength(part)
        var (own, seen, far): (Float, Float, Float) = (0, 0, 0)
        var (cross, square) = (0.0, 0.0)
        for v in 0..<size.y {
            for u in 0..<size.x {
                let (x, y) = (part.slopes[v * size.x + u], part.slopes[planeSize + v * size.x + u])
                let strength = x * x + y * y
                guard strength > 1e-8 else { continue }
                own += strength
                let n = (v + part.window.lower.y) * fit.raster.size.x + u + part.window.lower.x
                guard view.measured.valid[n] > 0, fit.weights[n] > 0 else { continue }
                seen += strength
                let (rx, ry) = (measured[n] - fit.gain * fit.model[n], measured[count + n] - fit.gain * fit.model[count + n])
                // What this vertebra alone has to explain is the residual and its own part of the model.
                cross += Double(fit.weights[n] * ((rx + fit.gain * x) * x + (ry + fit.gain * y) * y))
                square += Double(fit.weights[n] * strength)
                if rx * rx + ry * ry > max(least, 16 * (fit.scale * fit.scale + view.measured.noise[n])) { far += strength }
            }
        }
        guard own > 0 else { return }
        // The part of it that lies beyond the image was not rendered.
        visible = Double(seen / own) * part.shareOnImage
        guard seen > 0, square > 0 else { return }
        let gain = Double(fit.gain)
        contrast = cross / (square * gain)
        information = square * gain * gain
        outliers = Double(far / seen)
    }
}

/// The mean squared slope of a vertebra's image, over the places where it has any.
private func meanStrength(_ part: RenderedVertebra) -> Float {
    let count = part.window.size.x * part.window.size.y
    var (sum, places): (Float, Float) = (0, 0)
    for n in 0..<count {
        let strength = part.slopes[n] * part.slopes[n] + part.slopes[count + n] * part.slopes[count + n]
        guard strength > 1e-8 else { continue }
        sum += strength
        places += 1
    }
    return places > 0 ? sum / places : 0
}
