import Foundation
import Frames

/// How much of a planned screw a view shows, before anything is fitted.
struct PlannedEvidence {
    /// The share of the axis that lies on measured places.
    let seen: Double
    /// Metal places near the shadow over the shadow's own.
    let metal: Double

    init(_ plan: PosedShaft, in view: MetalView, reach: Double) {
        let size = view.raster.size
        let steps = 12
        let isSeen = (0...steps).map { step -> Bool in
            let point = plan.roomFromScrew * Point<Screw>(0, 0, Double(plan.shaft.length) * Double(step) / Double(steps))
            guard let place = view.place(of: point), place.min() >= 0, place.x <= Double(size.x - 1), place.y <= Double(size.y - 1) else {
                return false
            }
            return view.measured[Int(place.y.rounded()) * size.x + Int(place.x.rounded())] > 0
        }
        seen = Double(isSeen.filter(\.self).count) / Double(steps + 1)
        guard !view.metal.isEmpty, let shadow = ShadowSegment(plan, in: view, reach: 0),
            let near = ShadowSegment(plan, in: view, reach: reach)
        else {
            metal = 0
            return
        }
        let window = box(of: plan, in: view, margin: Int((reach / view.placeSize(at: plan.middle)).rounded(.up)))
        var (own, found) = (0, 0)
        guard !window.isEmpty else {
            metal = 0
            return
        }
        for v in window.lower.y..<window.upper.y {
            for u in window.lower.x..<window.upper.x {
                let place = SIMD2(Double(u), Double(v))
                if shadow.holds(place) { own += 1 }
                if view.metal[v * size.x + u] > 0, near.holds(place) { found += 1 }
            }
        }
        metal = own > 0 ? min(1, Double(found) / Double(own)) : 0
    }
}

/// How well one view's slopes agree with the fitted shadows about one screw.
struct ShadowAgreement {
    /// Correlation of slopes, from -1 to 1.
    let all: Double
    /// The same about the tip's end; nil where the screw is seen end-on, or its tip is not.
    let tip: Double?

    init(_ shaft: PosedShaft, _ rendered: RenderedShafts?, without tulips: [ShadowSegment], in view: MetalView) {
        guard let rendered else {
            (all, tip) = (0, nil)
            return
        }
        let whole = ShadowSegment(shaft, in: view, reach: 2)
        let size = view.placeSize(at: shaft.middle)
        let length = whole.map { (($0.tip - $0.entry) * ($0.tip - $0.entry)).sum().squareRoot() * size } ?? 0
        let isSideways = length > 4 * Double(shaft.shaft.radius)
        var (atAll, atTip) = (Correlation(), Correlation())
        let window = rendered.window
        let (columns, places) = (view.raster.size.x, view.raster.count)
        let count = window.size.x * window.size.y
        let reach = (Double(shaft.shaft.radius) + 1.5) / size
        for v in window.lower.y..<window.upper.y {
            for u in window.lower.x..<window.upper.x {
                let source = v * columns + u
                let place = SIMD2(Double(u), Double(v))
                guard let whole, view.measured[source] > 0, whole.holds(place), !tulips.contains(where: { $0.holds(place) })
                else { continue }
                let n = (v - window.lower.y) * window.size.x + u - window.lower.x
                let measured = SIMD2(view.slopes[source], view.slopes[places + source])
                let model = SIMD2(rendered.slopes[n], rendered.slopes[count + n])
                atAll.add(measured, model, variance: view.variance[source])
                let offset = place - whole.tip
                if isSideways, (offset * offset).sum() < reach * reach {
                    // Along the axis alone: the sides say nothing of where a rod ends.
                    let axis = SIMD2<Float>(
                        (whole.tip - whole.entry) / ((whole.tip - whole.entry) * (whole.tip - whole.entry)).sum().squareRoot())
                    atTip.add(
                        SIMD2((measured * axis).sum(), 0), SIMD2((model * axis).sum(), 0), variance: view.variance[source], components: 1)
                }
            }
        }
        self.all = atAll.value
        tip = isSideways ? atTip.value : nil
    }
}

/// A correlation of slopes in which noise is no disagreement.
private struct Correlation {
    private var cross = 0.0
    private var one = 0.0
    private var other = 0.0

    mutating func add(_ measured: SIMD2<Float>, _ model: SIMD2<Float>, variance: Float, components: Float = 2) {
        cross += Double((measured * model).sum() / variance)
        one += Double((measured * measured).sum() / variance - components)
        other += Double((model * model).sum() / variance)
    }

    var value: Double { one > 0 && other > 0 ? min(1, cross / (one * other).squareRoot()) : 0 }
}
