import Foundation
import Frames

/// The part of a view about some screws: what was measured there, and which places count.
struct ViewPatch: Sendable {
    let window: RasterWindow
    /// Along u, then along v.
    let slopes: [Float]
    /// One over the variance of a slope; 0 where a place does not count.
    let information: [Float]

    /// - Parameters:
    ///   - reach: how far about the shafts places count, mm in the patient.
    ///   - tulips: what is left out; empty where screws have none.
    ///   - sigma: of the Gaussian that slopes are compared at, in places; the view's own are of 1.
    init(of shafts: [PosedShaft], in view: MetalView, reach: Double, tulips: [ShadowSegment], sigma: Double, shapeError: Double) {
        let beyond = Int((reach / view.placeSize(at: shafts[0].middle)).rounded(.up))
        let margin = beyond + Int((2 * sigma).rounded(.up))
        let window =
            shafts.map { box(of: $0, in: view, margin: margin) }.filter { !$0.isEmpty }.reduce(nil as RasterWindow?) {
                $0?.union($1) ?? $1
            } ?? .empty
        self.window = window
        let size = window.isEmpty ? SIMD2(0, 0) : window.size
        let count = size.x * size.y
        var slopes = [Float](repeating: 0, count: 2 * count)
        var information = [Float](repeating: 0, count: count)
        let segments = shafts.compactMap { shaft -> ShadowSegment? in ShadowSegment(shaft, in: view, reach: reach) }
        let all = view.raster.count
        for v in 0..<size.y {
            for u in 0..<size.x {
                let source = (v + window.lower.y) * view.raster.size.x + u + window.lower.x
                let n = v * size.x + u
                (slopes[n], slopes[count + n]) = (view.slopes[source], view.slopes[all + source])
                let place = SIMD2(Double(u + window.lower.x), Double(v + window.lower.y))
                guard view.measured[source] > 0, segments.contains(where: { $0.holds(place) }), !tulips.contains(where: { $0.holds(place) })
                else { continue }
                information[n] = 1 / (view.variance[source] + Float(shapeError * shapeError))
            }
        }
        if sigma > 1, count > 0 {
            let blur = (sigma * sigma - 1).squareRoot()
            for plane in 0..<2 { blurInPlace(&slopes, at: plane * count, size, sigma: blur) }
        }
        self.slopes = slopes
        self.information = information
    }

    /// Half the robust squares, J^T W J and J^T W r over the places that count.
    func products(_ rendered: RenderedShafts, huber: Float) -> (cost: Double, information: SquareMatrix, gradient: [Double]) {
        let count = information.count
        let order = rendered.slopes.count / (2 * count) - 1
        var matrix = SquareMatrix(order: order)
        var gradient = [Double](repeating: 0, count: order)
        var cost = 0.0
        var derivatives = [SIMD2<Float>](repeating: SIMD2(), count: order)
        for n in 0..<count where information[n] > 0 {
            let residual = SIMD2(slopes[n] - rendered.slopes[n], slopes[count + n] - rendered.slopes[count + n])
            let size = ((residual * residual).sum() * information[n]).squareRoot()
            let isFar = size > huber
            cost += Double(isFar ? huber * (size - huber / 2) : size * size / 2)
            let weight = isFar ? information[n] * huber / size : information[n]
            for p in 0..<order {
                derivatives[p] = SIMD2(rendered.slopes[2 * (p + 1) * count + n], rendered.slopes[(2 * p + 3) * count + n])
            }
            for p in 0..<order where derivatives[p] != SIMD2() {
                let weighed = derivatives[p] * weight
                gradient[p] += Double((weighed * residual).sum())
                for q in p..<order { matrix[p, q] += Double((weighed * derivatives[q]).sum()) }
            }
        }
        for p in 0..<order { for q in 0..<p { matrix[p, q] = matrix[q, p] } }
        return (cost, matrix, gradient)
    }
}

/// The line from a shaft's entry to its tip as seen, and the places near it.
struct ShadowSegment: Sendable {
    let entry: SIMD2<Double>
    let tip: SIMD2<Double>
    /// Places.
    let halfWidth: Double

    /// - Parameter reach: beyond the shaft's radius, mm in the patient.
    init?(_ shaft: PosedShaft, in view: MetalView, reach: Double) {
        guard let entry = view.place(of: shaft.entry), let tip = view.place(of: shaft.tip) else { return nil }
        (self.entry, self.tip) = (entry, tip)
        halfWidth = (Double(shaft.shaft.radius) + reach) / view.placeSize(at: shaft.middle)
    }

    /// Of a shaft's tulip, from above the entry to a little below it.
    init?(tulipOf shaft: PosedShaft, in view: MetalView, _ parameters: ScrewParameters) {
        guard let top = view.place(of: shaft.roomFromScrew * Point<Screw>(0, 0, parameters.tulipRadius - parameters.tulipLength)),
            let entry = view.place(of: shaft.entry)
        else { return nil }
        (self.entry, tip) = (top, entry)
        halfWidth = parameters.tulipRadius / view.placeSize(at: shaft.entry)
    }

    func holds(_ place: SIMD2<Double>) -> Bool {
        let along = tip - entry
        let square = (along * along).sum()
        let share = square > 0 ? min(1, max(0, ((place - entry) * along).sum() / square)) : 0
        let offset = place - entry - share * along
        return (offset * offset).sum() < halfWidth * halfWidth
    }
}

/// Smooths one image of several by a Gaussian; outside is zero.
private func blurInPlace(_ images: inout [Float], at start: Int, _ size: SIMD2<Int>, sigma: Double) {
    let radius = Int((2.5 * sigma).rounded(.up))
    let raw = (-radius...radius).map { Float(exp(-Double($0 * $0) / (2 * sigma * sigma))) }
    let taps = raw.map { $0 / raw.reduce(0, +) }
    func pass(_ source: [Float], _ along: Int, _ length: Int, _ lines: Int, _ across: Int) -> [Float] {
        var result = [Float](repeating: 0, count: source.count)
        for line in 0..<lines {
            for n in 0..<length {
                var sum: Float = 0
                for tap in max(-radius, -n)...min(radius, length - 1 - n) {
                    sum += taps[tap + radius] * source[line * across + (n + tap) * along]
                }
                result[line * across + n * along] = sum
            }
        }
        return result
    }
    let image = Array(images[start..<(start + size.x * size.y)])
    let smooth = pass(pass(image, 1, size.x, size.y, size.x), size.x, size.y, size.x, 1)
    images.replaceSubrange(start..<(start + size.x * size.y), with: smooth)
}
