/// The background's share of one view's least-squares problem, and what is left for the vertebrae when it is solved for.
///
/// The three numbers of a view's background are tied to no other view, so they are eliminated from the normal equations (Schur complement) before the
/// vertebrae are solved for, and found from their step afterwards.
struct BackgroundTerms: Sendable {
    /// The derivatives' images over the window that is looked at (`MovableBackground.derivatives`).
    let derivatives: [Float]
    let window: RasterWindow
    /// Row-major, six numbers a vertebra times three: couples the vertebrae's parameters with the background's.
    private let coupling: [Double]
    /// Of the background's information, the prior's included.
    private let inverse: SquareMatrix
    private let pull: [Double]

    /// - Throws: `LinearAlgebraError.singular`.
    init(
        _ derivatives: [Float], _ window: RasterWindow, _ fit: ViewFit, _ rendered: [RenderedVertebra?], _ prior: MovableBackground.Prior,
        at motion: ImageMotion
    ) throws {
        (self.derivatives, self.window) = (derivatives, window)
        let gain = Double(fit.gain)
        var information = SquareMatrix(order: 3)
        var pull = zip(zip(prior.mean.array, motion.array), prior.information).map { ($0.0 - $0.1) * $1 }
        var coupling = [Double](repeating: 0, count: 18 * rendered.count)
        forEachBackgroundRow(of: derivatives, in: window, fit) { row in
            for i in 0..<3 {
                pull[i] += gain * Double(row.pull(i))
                for j in i..<3 { information[i, j] += gain * gain * Double(row.product(i, row.plain, 2 * j, row.planeSize, row.columns)) }
            }
            for (n, part) in rendered.enumerated() {
                guard let part, (part.window.lower.y..<part.window.upper.y).contains(row.v) else { continue }
                let overlap = row.columns.clamped(to: part.window.lower.x..<part.window.upper.x)
                guard !overlap.isEmpty else { continue }
                part.slopes.withUnsafeBufferPointer { slopes in
                    let size = part.window.size
                    let start = slopes.baseAddress! + (row.v - part.window.lower.y) * size.x + overlap.lowerBound - part.window.lower.x
                    for parameter in 0..<6 {
                        for i in 0..<3 {
                            let product = row.product(i, start, 2 + 2 * parameter, size.x * size.y, overlap)
                            coupling[18 * n + 3 * parameter + i] += gain * gain * Double(product)
                        }
                    }
                }
            }
        }
        for i in 0..<3 {
            information[i, i] += prior.information[i]
            for j in 0..<i { information[i, j] = information[j, i] }
        }
        inverse = try information.inverse()
        (self.pull, self.coupling) = (pull, coupling)
    }

    /// Takes the background out of the vertebrae's normal equations.
    func eliminate(from equations: inout NormalEquations) {
        let order = equations.gradient.count
        for a in 0..<order {
            let through = share(a)
            equations.gradient[a] -= (0..<3).reduce(0) { $0 + through[$1] * pull[$1] }
            for b in 0..<order {
                equations.information[a, b] -= (0..<3).reduce(0) { $0 + through[$1] * coupling[3 * b + $1] }
            }
        }
    }

    /// A vertebra parameter's row of coupling times inverse: how much of the background's pull it owes to it.
    func share(_ parameter: Int) -> [Double] {
        (0..<3).map { column in (0..<3).reduce(0) { $0 + coupling[3 * parameter + $1] * inverse[$1, column] } }
    }

    /// The background's own step once the vertebrae's is known.
    func step(after vertebrae: [Double]) -> ImageMotion {
        let left = (0..<3).map { i in vertebrae.indices.reduce(pull[i]) { $0 - coupling[3 * $1 + i] * vertebrae[$1] } }
        return ImageMotion(inverse * left)
    }
}

/// One row of the background's derivatives, plain and weighed, and of the residuals beneath them.
struct BackgroundRow {
    let v: Int
    /// The raster's columns that the row spans.
    let columns: Range<Int>
    /// The first of six rows, `planeSize` apart.
    let plain: UnsafePointer<Float>
    let planeSize: Int
    /// The first of six rows of derivatives times weights, as long as the row.
    fileprivate let weighed: UnsafePointer<Float>
    /// Weighed residuals along u and v.
    let residuals: (UnsafePointer<Float>, UnsafePointer<Float>)

    /// The sum of weighed residuals times the derivative by one of the three numbers.
    func pull(_ number: Int) -> Float {
        dotProduct(plain + 2 * number * planeSize, residuals.0, columns.count)
            + dotProduct(plain + (2 * number + 1) * planeSize, residuals.1, columns.count)
    }

    /// The sum of the weighed derivative by one number times other images' rows along u and v, which begin at `range`'s first column.
    fileprivate func product(_ number: Int, _ start: UnsafePointer<Float>, _ plane: Int, _ planeSize: Int, _ range: Range<Int>) -> Float {
        let offset = range.lowerBound - columns.lowerBound
        return dotProduct(weighed + 2 * number * columns.count + offset, start + plane * planeSize, range.count)
            + dotProduct(weighed + (2 * number + 1) * columns.count + offset, start + (plane + 1) * planeSize, range.count)
    }
}

func forEachBackgroundRow(of derivatives: [Float], in window: RasterWindow, _ fit: ViewFit, _ body: (BackgroundRow) -> Void) {
    let (width, planeSize) = (window.size.x, window.size.x * window.size.y)
    var weighed = [Float](repeating: 0, count: 6 * width)
    derivatives.withUnsafeBufferPointer { derivatives in
        fit.weights.withUnsafeBufferPointer { weights in
            fit.weighed.withUnsafeBufferPointer { residuals in
                weighed.withUnsafeMutableBufferPointer { weighed in
                    for v in window.lower.y..<window.upper.y {
                        let inRaster = v * fit.raster.size.x + window.lower.x
                        let plain = derivatives.baseAddress! + (v - window.lower.y) * width
                        for plane in 0..<6 {
                            for n in 0..<width { weighed[plane * width + n] = plain[plane * planeSize + n] * weights[inRaster + n] }
                        }
                        let residual = residuals.baseAddress! + inRaster
                        body(
                            BackgroundRow(
                                v: v, columns: window.lower.x..<window.upper.x, plain: plain, planeSize: planeSize,
                                weighed: UnsafePointer(weighed.baseAddress!), residuals: (residual, residual + fit.raster.count)))
                    }
                }
            }
        }
    }
}
