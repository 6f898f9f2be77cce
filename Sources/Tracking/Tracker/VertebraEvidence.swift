import Foundation

/// How well one view's image agrees with one vertebra of the model, over the places where that vertebra has edges.
struct ViewEvidence {
    /// Of the residual-free part: measured less everything but this vertebra, against this vertebra.
    var similarity = 0.0
    /// Measured over modelled contrast of this vertebra alone, divided by the view's gain.
    var contrast = 0.0
    /// Share of the vertebra's edge strength that lies on valid places of the image.
    var visible = 0.0
    /// Share of its valid edge strength with residuals beyond four times the noise.
    var outliers = 0.0

    init(_ view: ComparedView, _ fit: ViewFit, _ part: RenderedVertebra) {
        let size = part.window.size
        let planeSize = size.x * size.y
        let count = fit.raster.count
        let measured = view.measured.slopes
        var (own, ownSeen, cross, square, remaining, far) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        for v in 0..<size.y {
            for u in 0..<size.x {
                let (x, y) = (part.slopes[v * size.x + u], part.slopes[planeSize + v * size.x + u])
                let strength = x * x + y * y
                guard strength > 1e-8 else { continue }
                own += Double(strength)
                let n = (v + part.window.lower.y) * fit.raster.size.x + u + part.window.lower.x
                guard view.measured.valid[n] > 0 else { continue }
                ownSeen += Double(strength)
                // What is left for this vertebra to explain, in the model's contrast.
                let restX = measured[n] / fit.gain - (fit.model[n] - x)
                let restY = measured[count + n] / fit.gain - (fit.model[count + n] - y)
                cross += Double(restX * x + restY * y)
                square += Double(strength)
                remaining += Double(restX * restX + restY * restY)
                let (rx, ry) = (measured[n] - fit.gain * fit.model[n], measured[count + n] - fit.gain * fit.model[count + n])
                if rx * rx + ry * ry > 16 * (fit.scale * fit.scale + view.measured.noise[n]) { far += Double(strength) }
            }
        }
        guard own > 0 else { return }
        // The part of it that lies beyond the image is in `shareOnImage`, since nothing was rendered there.
        visible = ownSeen / own * part.shareOnImage
        guard ownSeen > 0, remaining > 0 else { return }
        similarity = cross / (square * remaining).squareRoot()
        contrast = cross / square
        outliers = far / ownSeen
    }
}
