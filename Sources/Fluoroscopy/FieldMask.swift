import Protocols

/// Whether X-rays reach each pixel, row by row.
///
/// - Parameter fields: a pixel counts when its centre lies in all of them.
/// - Complexity: O(columns * rows * corners).
func fieldMask(_ fields: [FluoroscopyField], columns: Int, rows: Int) -> [Bool] {
    var mask = [Bool](repeating: true, count: columns * rows)
    for field in fields {
        switch field {
        case .circle(let centre, let radius):
            for v in 0..<rows {
                for u in 0..<columns {
                    let offset = SIMD2(Double(u), Double(v)) - centre
                    if (offset * offset).sum() > radius * radius { mask[v * columns + u] = false }
                }
            }
        case .polygon(let corners):
            for v in 0..<rows {
                let spans = polygonSpans(corners, row: Double(v))
                for u in 0..<columns where !spans.contains(where: { $0.contains(Double(u)) }) { mask[v * columns + u] = false }
            }
        }
    }
    return mask
}

/// Where a row of pixel centres runs inside a polygon (even-odd), edges included.
private func polygonSpans(_ corners: [SIMD2<Double>], row: Double) -> [ClosedRange<Double>] {
    var crossings: [Double] = []
    var spans: [ClosedRange<Double>] = []
    for (a, b) in zip(corners, corners[1...] + corners[..<1]) {
        // A level edge on the row bounds nothing by the rule below, and belongs to the field.
        if a.y == b.y, a.y == row { spans.append(min(a.x, b.x)...max(a.x, b.x)) }
        // Half open, so that a corner counts once; the lower end belongs to the edge.
        guard (a.y <= row) != (b.y <= row) else { continue }
        crossings.append(a.x + (row - a.y) / (b.y - a.y) * (b.x - a.x))
    }
    crossings.sort()
    for n in stride(from: 0, to: crossings.count - 1, by: 2) { spans.append(crossings[n]...crossings[n + 1]) }
    return spans
}
