/// How much the images' pull on each pose really varies: the sum over squares of s s^T, where s is the square's J^T W r.
///
/// With independent residuals this would be J^T W J. Residuals are not independent: where the background or the label is a little off they err together over many
/// places, so that J^T W J claims far too much. Taking each square as one observation is the cluster-robust estimate of the variance.
///
/// - Parameters:
///   - background: what was eliminated from the view's equations; its pull is taken off each square's as well.
///   - side: of the squares, places.
/// - Source: Liang and Zeger 1986, Biometrika 73(1), with squares of the image as clusters.
func clusteredScores(_ fit: ViewFit, _ rendered: [RenderedVertebra?], _ background: BackgroundTerms?, side: Int) -> SquareMatrix {
    let columns = (fit.raster.size.x + side - 1) / side
    let rows = (fit.raster.size.y + side - 1) / side
    let order = 6 * rendered.count
    let width = order + 3
    var scores = [Float](repeating: 0, count: columns * rows * width)
    for (n, part) in rendered.enumerated() {
        guard let part else { continue }
        forEachRow(of: part.window, in: part, fit) { row in
            for parameter in 0..<6 {
                let (alongU, alongV) = (row.slopes(parameter, 0), row.slopes(parameter, 1))
                let (u, v) = (row.residuals(0), row.residuals(1))
                for place in 0..<row.count {
                    let square = row.v / side * columns + (part.window.lower.x + place) / side
                    scores[square * width + 6 * n + parameter] += alongU[place] * u[place] + alongV[place] * v[place]
                }
            }
        }
    }
    if let background {
        forEachBackgroundRow(of: background.derivatives, in: background.window, fit) { row in
            for number in 0..<3 {
                let (alongU, alongV) = (row.plain + 2 * number * row.planeSize, row.plain + (2 * number + 1) * row.planeSize)
                for (place, column) in row.columns.enumerated() {
                    let square = row.v / side * columns + column / side
                    scores[square * width + order + number] +=
                        alongU[place] * row.residuals.0[place] + alongV[place] * row.residuals.1[place]
                }
            }
        }
    }
    let shares = background.map { terms in (0..<order).map { terms.share($0) } }
    var sum = SquareMatrix(order: order)
    for square in 0..<(columns * rows) {
        let all = scores[(square * width)..<((square + 1) * width)].map { Double($0 * fit.gain) }
        let s = (0..<order).map { n in
            shares.map { all[n] - $0[n][0] * all[order] - $0[n][1] * all[order + 1] - $0[n][2] * all[order + 2] } ?? all[n]
        }
        for i in 0..<order where s[i] != 0 { for j in 0..<order { sum[i, j] += s[i] * s[j] } }
    }
    return sum
}
