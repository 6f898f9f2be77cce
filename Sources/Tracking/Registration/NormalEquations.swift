/// One view's share of the least-squares problem: J^T W J and J^T W r, where J is the gain times the rendered derivatives.
struct NormalEquations: Sendable {
    var information: SquareMatrix
    var gradient: [Double]

    /// Of a view that says nothing.
    init(order: Int) { (information, gradient) = (SquareMatrix(order: order), [Double](repeating: 0, count: order)) }

    /// - Complexity: O(places in windows), and in the windows' overlaps.
    init(_ fit: ViewFit, _ rendered: [RenderedVertebra?]) {
        self.init(order: 6 * rendered.count)
        let gain = Double(fit.gain)
        for (a, one) in rendered.enumerated() {
            guard let one else { continue }
            let slopes = gradientPart(one, fit)
            for n in 0..<6 { gradient[6 * a + n] = gain * slopes[n] }
            for b in a..<rendered.count {
                guard let other = rendered[b] else { continue }
                let block = products(one, other, fit)
                for i in 0..<6 {
                    for j in 0..<6 {
                        information[6 * a + i, 6 * b + j] = gain * gain * block[6 * i + j]
                        information[6 * b + j, 6 * a + i] = information[6 * a + i, 6 * b + j]
                    }
                }
            }
        }
    }
}

private func gradientPart(_ part: RenderedVertebra, _ fit: ViewFit) -> [Double] {
    var sums = [Double](repeating: 0, count: 6)
    forEachRow(of: part.window, in: part, fit) { row in
        for parameter in 0..<6 {
            sums[parameter] += Double(
                dotProduct(row.slopes(parameter, 0), row.residuals(0), row.count)
                    + dotProduct(row.slopes(parameter, 1), row.residuals(1), row.count))
        }
    }
    return sums
}

/// The 6 x 6 sums of w J_a J_b over the places that both windows hold.
private func products(_ one: RenderedVertebra, _ other: RenderedVertebra, _ fit: ViewFit) -> [Double] {
    var sums = [Double](repeating: 0, count: 36)
    let common = one.window.intersection(other.window)
    guard !common.isEmpty else { return sums }
    var weighed = [Float](repeating: 0, count: 12 * common.size.x)
    weighed.withUnsafeMutableBufferPointer { weighed in
        let weighed = weighed.baseAddress!
        other.slopes.withUnsafeBufferPointer { otherSlopes in
            forEachRow(of: common, in: one, fit) { row in
                for plane in 0..<12 {
                    let source = row.slopes(plane / 2, plane % 2)
                    for n in 0..<row.count { weighed[plane * row.count + n] = source[n] * row.weights[n] }
                }
                let start =
                    otherSlopes.baseAddress! + (row.v - other.window.lower.y) * other.window.size.x + common.lower.x - other.window.lower.x
                let planeSize = other.window.size.x * other.window.size.y
                for i in 0..<6 {
                    for j in 0..<6 {
                        let sum =
                            dotProduct(weighed + 2 * i * row.count, start + (2 + 2 * j) * planeSize, row.count)
                            + dotProduct(weighed + (2 * i + 1) * row.count, start + (3 + 2 * j) * planeSize, row.count)
                        sums[6 * i + j] += Double(sum)
                    }
                }
            }
        }
    }
    return sums
}

/// One row of a window: pointers to the derivatives of a rendered vertebra and to the view's weights and residuals.
struct WindowRow {
    let v: Int
    let count: Int
    let weights: UnsafePointer<Float>
    fileprivate let derivatives: UnsafePointer<Float>
    fileprivate let planeSize: Int
    fileprivate let weighed: UnsafePointer<Float>
    fileprivate let rasterCount: Int

    /// Of one pose parameter, along u (0) or v (1).
    @inline(__always) func slopes(_ parameter: Int, _ component: Int) -> UnsafePointer<Float> {
        derivatives + (2 + 2 * parameter + component) * planeSize
    }
    /// Weighed residuals along u (0) or v (1).
    @inline(__always) func residuals(_ component: Int) -> UnsafePointer<Float> { weighed + component * rasterCount }
}

func forEachRow(of window: RasterWindow, in part: RenderedVertebra, _ fit: ViewFit, _ body: (WindowRow) -> Void) {
    let columns = fit.raster.size.x
    part.slopes.withUnsafeBufferPointer { slopes in
        fit.weights.withUnsafeBufferPointer { weights in
            fit.weighed.withUnsafeBufferPointer { weighed in
                for v in window.lower.y..<window.upper.y {
                    let inWindow = (v - part.window.lower.y) * part.window.size.x + window.lower.x - part.window.lower.x
                    let inRaster = v * columns + window.lower.x
                    body(
                        WindowRow(
                            v: v, count: window.size.x, weights: weights.baseAddress! + inRaster,
                            derivatives: slopes.baseAddress! + inWindow, planeSize: part.window.size.x * part.window.size.y,
                            weighed: weighed.baseAddress! + inRaster, rasterCount: fit.raster.count))
                }
            }
        }
    }
}

/// The sum of products of two rows.
@inline(__always) func dotProduct(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
    var sum = SIMD8<Float>()
    var n = 0
    while n + 8 <= count {
        let x = UnsafeRawPointer(a + n).loadUnaligned(as: SIMD8<Float>.self)
        let y = UnsafeRawPointer(b + n).loadUnaligned(as: SIMD8<Float>.self)
        sum += x * y
        n += 8
    }
    var total = sum.sum()
    while n < count {
        total += a[n] * b[n]
        n += 1
    }
    return total
}
