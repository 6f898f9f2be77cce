/// How much the images' pull on each pose really varies: the sum over squares of s s^T, where s is the square's J^T W r.
///
/// With independent residuals this would be J^T W J. Residuals are not independent: where the background or the label is a little off they err together over many
/// places, so that J^T W J claims far too much. Taking each square as one observation is the cluster-robust estimate of the variance.
///
/// - Parameter side: of the squares, places.
/// - Source: Liang and Zeger 1986, Biometrika 73(1), with squares of the image as clusters.
func clusteredScores(_ fit: ViewFit, _ rendered: [RenderedVertebra?], side: Int) -> SquareMatrix {
    let columns = (fit.raster.size.x + side - 1) / side
    let rows = (fit.raster.size.y + side - 1) / side
    let order = 6 * rendered.count
    var scores = [Float](repeating: 0, count: columns * rows * order)
    var isUsed = [Bool](repeating: false, count: columns * rows)
    for (n, part) in rendered.enumerated() {
        guard let part else { continue }
        forEachRow(of: part.window, in: part, fit) { row in
            for parameter in 0..<6 {
                let (alongU, alongV) = (row.slopes(parameter, 0), row.slopes(parameter, 1))
                let (u, v) = (row.residuals(0), row.residuals(1))
                for place in 0..<row.count {
                    let square = row.v / side * columns + (part.window.lower.x + place) / side
                    scores[square * order + 6 * n + parameter] += alongU[place] * u[place] + alongV[place] * v[place]
                    isUsed[square] = true
                }
            }
        }
    }
    var sum = SquareMatrix(order: order)
    for square in isUsed.indices where isUsed[square] {
        let s = scores[(square * order)..<((square + 1) * order)].map { Double($0 * fit.gain) }
        for i in 0..<order where s[i] != 0 { for j in 0..<order { sum[i, j] += s[i] * s[j] } }
    }
    return sum
}
