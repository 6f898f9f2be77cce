import Frames

// Signed distances of simple solids, millimetres, negative inside. The zero level is exact; away from it the distance is exact or right to
// first order, which is what the cortical shell and partial volume need.

/// The union of two solids with a fillet about k/4 deep where they meet; exactly `min(a, b)` where |a - b| >= k.
///
/// Source: the quadratic polynomial smooth minimum of I. Quilez, "smooth minimum".
@inline(__always) func smoothMin(_ a: Double, _ b: Double, _ k: Double) -> Double {
    guard k > 0 else { return min(a, b) }
    let h = max(k - abs(a - b), 0) / k
    return min(a, b) - h * h * k * 0.25
}

/// The intersection of two solids with its edge rounded.
@inline(__always) func smoothMax(_ a: Double, _ b: Double, _ k: Double) -> Double { -smoothMin(-a, -b, k) }

/// 0 below `low`, 1 above `high`, smooth between.
@inline(__always) func smoothStep(_ low: Double, _ high: Double, _ x: Double) -> Double {
    let t = min(1, max(0, (x - low) / (high - low)))
    return t * t * (3 - 2 * t)
}

@inline(__always) func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() }

func normalized(_ v: SIMD3<Double>) -> SIMD3<Double> { v / v.length }

/// A box with rounded edges; `half` is its whole half size, rounding included.
struct RoundedBox {
    var centre: SIMD3<Double>
    /// Orthonormal.
    var axes: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)
    var half: SIMD3<Double>
    var radius: Double

    @inline(__always) func distance(_ p: SIMD3<Double>) -> Double {
        let d = p - centre
        let local = SIMD3(abs(dot(d, axes.0)), abs(dot(d, axes.1)), abs(dot(d, axes.2)))
        let q = local - half + radius
        let outside = q.clamped(lowerBound: SIMD3(repeating: 0), upperBound: SIMD3(repeating: .infinity)).length
        return outside + min(q.max(), 0) - radius
    }
}

/// A rod from `a` to `b` with end radii, flattened along `flatAxis` so that it is `flatness` times thinner there.
struct TaperedRod {
    var a: SIMD3<Double>
    var b: SIMD3<Double>
    var radiusA: Double
    var radiusB: Double
    var flatAxis = SIMD3<Double>(0, 1, 0)
    var flatness = 1.0

    @inline(__always) func distance(_ p: SIMD3<Double>) -> Double {
        let ab = b - a
        let h = min(1, max(0, dot(p - a, ab) / dot(ab, ab)))
        let q = p - a - h * ab
        let across = dot(q, flatAxis)
        let square = dot(q, q)
        let f = flatness * flatness
        let stretched = (square + (f - 1) * across * across).squareRoot()
        let slope = (square + (f * f - 1) * across * across).squareRoot()
        let radius = radiusA + h * (radiusB - radiusA)
        // First-order distance to the ellipse: its implicit value over the length of its gradient.
        return slope > 1e-9 ? (stretched - radius) * stretched / slope : -radius
    }
}
