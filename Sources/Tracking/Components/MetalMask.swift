import Concurrency
import Foundation
import Frames

/// Where one view shows metal: screws, rods, instruments.
///
/// Metal stands out above what the CT explains, in a shadow that is narrow and has a sharp edge. The excess is measured less the contrast times the CT's line
/// integral; what is left of it after a morphological opening is taken off, so that scatter and soft tissue do not count. Groups of places that do not end
/// steeply are dropped.
struct MetalMask: Sendable {
    let raster: DetectorRaster
    /// 1 where metal is seen, else 0.
    let places: [Float]
    /// The line integrals that would have been measured without it; right where metal is.
    let fill: [Float]
    var isEmpty: Bool { !places.contains(1) }

    /// - Parameters:
    ///   - measured: at a fineness of 2 to 5 mm.
    ///   - expected: the CT's line integrals there, vertebrae included; nil where the patient's place is not known, and then metal must be unmistakable.
    /// - Complexity: O(places).
    init(of measured: MeasuredSlopes, expected: [Float]?, placeSize: Double, parameters: MetalParameters) {
        let raster = measured.raster
        let (width, height) = (raster.size.x, raster.size.y)
        var explained = [Float](repeating: 0, count: raster.count)
        var least = [Float](repeating: Float(parameters.unmistakableExcess), count: raster.count)
        if let expected {
            let scattered = ScatteredModel(expected, fittedTo: measured, half: Int((parameters.scatterReach / placeSize).rounded()))
            explained = scattered.lineIntegrals
            least = scattered.primaryShares.map { -log(1 - $0 * (1 - exp(-Float(parameters.excess)))) }
        }
        let excess = zip(measured.lineIntegrals, explained).map { $0 - $1 }
        let half = max(1, Int((parameters.widest / placeSize / 2).rounded()))
        let ground = opened(excess, measured: measured.valid, half: half, width: width, height: height)
        var above = zip(excess, ground).map { $0 - $1 }
        for n in above.indices where measured.valid[n] == 0 { above[n] = 0 }
        self.raster = raster
        fill = zip(explained, ground).map { $0 + $1 }
        places = metalGroups(above, least, shoulder: Float(parameters.shoulder), steepness: Float(parameters.steepness), width, height)
    }
}

/// The CT's line integrals as a detector would measure them through scatter: -ln(a P + b W) with the primary P = exp(-E), W the same smoothed widely.
///
/// Scatter as a wide convolution of the primary is the usual first-order model (Love and Kruger 1987, Med. Phys. 14(2)). a and b are fitted to the frame by least squares of
/// relative differences, so that neither the air's value nor the scatter need be known.
private struct ScatteredModel {
    let lineIntegrals: [Float]
    /// Of what arrives at each place.
    let primaryShares: [Float]

    /// - Parameter half: half the side of the square that is smoothed over, twice.
    init(_ expected: [Float], fittedTo measured: MeasuredSlopes, half: Int) {
        let (width, height) = (measured.raster.size.x, measured.raster.size.y)
        let primary = expected.map { exp(-$0) }
        let wide = boxMean(
            boxMean(primary, half: half, width: width, height: height), half: half, width: width, height: height)
        var (pp, pw, ww, py, wy): (Double, Double, Double, Double, Double) = (0, 0, 0, 0, 0)
        for n in primary.indices where measured.valid[n] > 0 {
            let weight = 1 / (primary[n] + 0.5 * wide[n])
            let (p, w, y) = (Double(primary[n] * weight), Double(wide[n] * weight), Double(exp(-measured.lineIntegrals[n]) * weight))
            pp += p * p
            pw += p * w
            ww += w * w
            py += p * y
            wy += w * y
        }
        let determinant = pp * ww - pw * pw
        // A frame that the CT explains nothing of has no fit that makes sense; scatter half as strong as the primary is usual then.
        let a = max(1e-4, determinant > 1e-9 * pp * ww ? (py * ww - wy * pw) / determinant : 1)
        let b = max(0.02 * a, determinant > 1e-9 * pp * ww ? (wy * pp - py * pw) / determinant : 0.5)
        let (primaryFactor, scatterFactor) = (Float(a), Float(b))
        lineIntegrals = primary.indices.map { -log(primaryFactor * primary[$0] + scatterFactor * wide[$0]) }
        primaryShares = primary.indices.map { n in
            let share = primaryFactor * primary[n] / (primaryFactor * primary[n] + scatterFactor * wide[n])
            return max(0.25, share)
        }
    }
}

/// The morphological opening by a square: at each place the greatest, over squares that hold it, of the least value in the square. Places that were not measured do
/// not count as low.
private func opened(_ image: [Float], measured: [Float], half: Int, width: Int, height: Int) -> [Float] {
    var known = image
    for n in known.indices where measured[n] == 0 { known[n] = .greatestFiniteMagnitude }
    let low = squareExtremes(known, half: half, width: width, height: height, pick: { Swift.min($0, $1) })
    return squareExtremes(low, half: half, width: width, height: height, pick: { Swift.max($0, $1) })
}

/// The extreme of the square of half width `half` about each place, cut at the image's edge.
///
/// - Complexity: O(places), whatever `half` is.
@inline(__always) private func squareExtremes(
    _ image: [Float], half: Int, width: Int, height: Int, pick: (Float, Float) -> Float
) -> [Float] {
    let rows = lineExtremes(image, half: half, step: 1, length: width, lines: height, lineStep: width, pick: pick)
    return lineExtremes(rows, half: half, step: width, length: height, lines: width, lineStep: 1, pick: pick)
}

/// The extreme over `half` neighbours to either side along lines: of blocks as long as the reach, forwards and backwards (van Herk; Gil and Werman).
@inline(__always) private func lineExtremes(
    _ image: [Float], half: Int, step: Int, length: Int, lines: Int, lineStep: Int, pick: (Float, Float) -> Float
) -> [Float] {
    let reach = 2 * half + 1
    var result = image
    var forwards = [Float](repeating: 0, count: length)
    var backwards = forwards
    for line in 0..<lines {
        let start = line * lineStep
        for n in 0..<length {
            let value = image[start + n * step]
            forwards[n] = n % reach == 0 ? value : pick(forwards[n - 1], value)
        }
        for n in stride(from: length - 1, through: 0, by: -1) {
            let value = image[start + n * step]
            backwards[n] = n == length - 1 || n % reach == reach - 1 ? value : pick(backwards[n + 1], value)
        }
        for n in 0..<length {
            let (low, high) = (n - half, n + half)
            // At the edge the window is shorter than a block: at the start it lies in one block, at the end in one or two.
            if low < 0 {
                result[start + n * step] = forwards[min(high, length - 1)]
            } else if high >= length {
                result[start + n * step] = pick(backwards[low], low / reach == (length - 1) / reach ? backwards[low] : forwards[length - 1])
            } else {
                result[start + n * step] = pick(backwards[low], forwards[high])
            }
        }
    }
    return result
}

/// The groups of places that touch by sides or corners, are all above a share `shoulder` of what metal must have, hold one that has it, and end steeply:
/// somewhere over two places the excess falls by a share `steepness` of the group's peak. A single place is noise.
private func metalGroups(_ above: [Float], _ least: [Float], shoulder: Float, steepness: Float, _ width: Int, _ height: Int) -> [Float] {
    var left = above.indices.map { above[$0] > shoulder * least[$0] }
    var kept = [Float](repeating: 0, count: above.count)
    for first in above.indices where left[first] && above[first] > least[first] {
        var group = [first]
        left[first] = false
        var next = 0
        while next < group.count {
            let (u, v) = (group[next] % width, group[next] / width)
            next += 1
            for dv in max(0, v - 1)...min(height - 1, v + 1) {
                for du in max(0, u - 1)...min(width - 1, u + 1) where left[dv * width + du] {
                    left[dv * width + du] = false
                    group.append(dv * width + du)
                }
            }
        }
        let peak = group.reduce(0) { max($0, above[$1]) }
        let steepest = group.reduce(0) { max($0, fall(above, $1, width, height)) }
        if group.count > 1, steepest > steepness * peak { for place in group { kept[place] = 1 } }
    }
    return kept
}

/// The greater change of an image over two places along u and v.
private func fall(_ image: [Float], _ n: Int, _ width: Int, _ height: Int) -> Float {
    let (u, v) = (n % width, n / width)
    guard u > 0, v > 0, u < width - 1, v < height - 1 else { return 0 }
    return max(abs(image[n + 1] - image[n - 1]), abs(image[n + width] - image[n - width]))
}

extension MeasuredSlopes {
    /// Hides metal, a margin of `margin` mm about it, and what of it the places' own size blurs.
    mutating func hide(_ metal: MetalMask, margin: Double, spacing: Double, filter: GradientFilter) {
        let reach = margin / (metal.raster.step * spacing) + (raster.step / metal.raster.step - 1) / 2
        let grown = squareExtremes(
            metal.places, half: max(0, Int(reach.rounded())), width: metal.raster.size.x, height: metal.raster.size.y,
            pick: { Swift.max($0, $1) })
        hide(
            resampled(grown, of: metal.raster, on: raster, by: .nearest),
            fill: resampled(metal.fill, of: metal.raster, on: raster, by: .nearest), filter: filter)
    }

    /// Hides what is metal whatever the patient's place may be: for a start, where no CT can be compared with yet.
    mutating func hideUnmistakableMetal(in frame: XRayFrame, filter: GradientFilter, parameters: MetalParameters) {
        let spacing = frame.camera.pixelSpacing.y
        let measured = MeasuredSlopes(frame, blocksOf: frame.camera.pixels(spanning: parameters.fineness), filter: filter)
        let mask = MetalMask(of: measured, expected: nil, placeSize: measured.raster.step * spacing, parameters: parameters)
        if !mask.isEmpty { hide(mask, margin: parameters.margin, spacing: spacing, filter: filter) }
    }
}

/// The same views with metal taken out of the comparison, and where each shows it.
///
/// - Parameters:
///   - levels: at each fineness that `registration` says.
///   - explained: the line integrals of a view at one fineness as the CT explains them, vertebrae included.
/// - Complexity: a radiograph of each vertebra a view, at places of 2.4 mm.
func withoutMetal(
    _ levels: [[ComparedView]], explained: @Sendable (_ level: Int, _ view: Int) -> [Float], _ registration: RegistrationParameters,
    parameters: MetalParameters, threads: Int
) -> (levels: [[ComparedView]], metal: [MetalMask]) {
    let filter = GradientFilter(sigma: registration.sigma)
    let sizes = registration.fineness
    let chosen = sizes.indices.min { abs(log(sizes[$0] / parameters.fineness)) < abs(log(sizes[$1] / parameters.fineness)) }!
    // Masking cannot fail.
    let parts = try! concurrentMap(Array(levels[0].indices), threads: threads) { view -> ([ComparedView], MetalMask) in
        let coarse = levels[chosen][view]
        let spacing = coarse.camera.pixelSpacing.y
        let mask = MetalMask(
            of: coarse.measured, expected: explained(chosen, view), placeSize: coarse.measured.raster.step * spacing, parameters: parameters
        )
        let views = levels.map { $0[view] }
        guard !mask.isEmpty else { return (views, mask) }
        let cleared = views.map { one in
            var one = one
            one.measured.hide(mask, margin: parameters.margin, spacing: spacing, filter: filter)
            return one
        }
        return (cleared, mask)
    }
    return (levels.indices.map { level in parts.map { $0.0[level] } }, parts.map(\.1))
}
