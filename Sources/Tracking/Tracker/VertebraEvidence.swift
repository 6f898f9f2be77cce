/// How well one view's image agrees with one vertebra of the model, over the places where that vertebra has edges.
struct ViewEvidence {
    /// The contrast of this vertebra alone, measured over modelled, divided by the view's gain: 1 where the model is right.
    var contrast = 0.0
    /// One over the contrast's variance, were residuals independent.
    var information = 0.0
    /// Share of the vertebra's edge strength that lies on measured places of the image, hidden ones among them.
    var visible = 0.0
    /// Share of these that something hides.
    var covered = 0.0
    /// Share of its valid edge strength where residuals are as strong as bone's edges and beyond four standard deviations, at its own contrast.
    var outliers = 0.0

    /// - Complexity: O(places of the window).
    init(_ view: ComparedView, _ fit: ViewFit, _ part: RenderedVertebra) {
        let places = EdgePlaces(view, fit, part)
        guard places.strength > 0 else { return }
        // The part of it that lies beyond the image was not rendered.
        let onImage = places.seenStrength + places.hiddenStrength
        visible = Double(onImage / places.strength) * part.shareOnImage
        covered = onImage > 0 ? Double(places.hiddenStrength / onImage) : 0
        var (cross, square): (Float, Float) = (0, 0)
        for place in places.seen {
            cross += place.weight * (place.residual * place.slope).sum()
            square += place.weight * (place.slope * place.slope).sum()
        }
        guard square > 0 else { return }
        // What this vertebra alone has to explain is the residual and its own part of the model.
        let own = 1 + cross / (square * fit.gain)
        contrast = Double(own)
        information = Double(square * fit.gain * fit.gain)
        // In frames with hardly any noise every small flaw of the model lies many deviations off; an instrument's edges are as strong as bone's.
        let least = 0.25 * fit.gain * fit.gain * places.strength / Float(places.count)
        var far: Float = 0
        for place in places.seen {
            let left = place.residual + (1 - own) * fit.gain * place.slope
            if (left * left).sum() > max(least, 16 * place.variance) { far += (place.slope * place.slope).sum() }
        }
        outliers = Double(far / places.seenStrength)
    }
}

/// The places of a view where one vertebra's image has a slope.
private struct EdgePlaces {
    struct Place {
        var slope: SIMD2<Float>
        /// Measured less the whole model.
        var residual: SIMD2<Float>
        var weight: Float
        /// Of the residual: the model's own error and counting noise.
        var variance: Float
    }
    var seen: [Place] = []
    /// Squared slopes, of all places, of those that were measured, and of those that were but are hidden.
    var strength: Float = 0
    var seenStrength: Float = 0
    var hiddenStrength: Float = 0
    var count = 0

    init(_ view: ComparedView, _ fit: ViewFit, _ part: RenderedVertebra) {
        let size = part.window.size
        let planeSize = size.x * size.y
        let all = fit.raster.count
        let measured = view.measured
        seen.reserveCapacity(planeSize)
        for v in 0..<size.y {
            for u in 0..<size.x {
                let slope = SIMD2(part.slopes[v * size.x + u], part.slopes[planeSize + v * size.x + u])
                let square = (slope * slope).sum()
                guard square > 1e-8 else { continue }
                strength += square
                count += 1
                let n = (v + part.window.lower.y) * fit.raster.size.x + u + part.window.lower.x
                if !measured.hidden.isEmpty, measured.hidden[n] > 0 { hiddenStrength += square }
                guard measured.valid[n] > 0, fit.weights[n] > 0 else { continue }
                seenStrength += square
                let residual = SIMD2(
                    measured.slopes[n] - fit.gain * fit.model[n], measured.slopes[all + n] - fit.gain * fit.model[all + n])
                seen.append(
                    Place(slope: slope, residual: residual, weight: fit.weights[n], variance: fit.scale * fit.scale + measured.noise[n]))
            }
        }
    }
}
