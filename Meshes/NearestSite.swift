/// For each voxel the position (i fastest) of the nearest voxel for which `isSite` holds, by centre distance on an anisotropic grid; -1
/// everywhere when there is none.
///
/// Separable: a two-way scan along i, then the lower envelope of parabolas along j and k. Complexity: linear in voxels.
/// Source: Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions", Theory of Computing 8 (2012), with the winning
/// site carried along.
func nearestSites(size: SIMD3<Int>, spacing: SIMD3<Double>, isSite: (Int) -> Bool) -> [Int32] {
    let count = size.x * size.y * size.z
    var squares = [Float](repeating: .infinity, count: count)
    var sites = [Int32](repeating: -1, count: count)
    for row in stride(from: 0, to: count, by: size.x) {
        scanRow(row..<(row + size.x), spacing: Float(spacing.x), &squares, &sites, isSite)
    }
    var envelope = ParabolaEnvelope(capacity: max(size.y, size.z))
    for k in 0..<size.z {
        for i in 0..<size.x {
            envelope.transform(
                &squares, &sites, from: k * size.x * size.y + i, stride: size.x, count: size.y, spacing: Float(spacing.y))
        }
    }
    for start in 0..<(size.x * size.y) {
        envelope.transform(&squares, &sites, from: start, stride: size.x * size.y, count: size.z, spacing: Float(spacing.z))
    }
    return sites
}

/// The nearest site of each voxel within its own row, and the squared distance to it.
private func scanRow(
    _ row: Range<Int>, spacing: Float, _ squares: inout [Float], _ sites: inout [Int32], _ isSite: (Int) -> Bool
) {
    var seen = -1
    for at in row {
        if isSite(at) { seen = at }
        guard seen >= 0 else { continue }
        let d = Float(at - seen) * spacing
        squares[at] = d * d
        sites[at] = Int32(seen)
    }
    seen = -1
    for at in row.reversed() {
        if sites[at] == Int32(at) { seen = at }
        guard seen >= 0 else { continue }
        let d = Float(seen - at) * spacing
        if d * d < squares[at] {
            squares[at] = d * d
            sites[at] = Int32(seen)
        }
    }
}

/// The lower envelope of the parabolas `f(q) + (s (p - q))²` along one line, with the buffers that it reuses from line to line.
private struct ParabolaEnvelope {
    private var line: [Float]
    private var lineSites: [Int32]
    private var apexes: [Int]
    private var starts: [Float]

    init(capacity: Int) {
        line = Array(repeating: 0, count: capacity)
        lineSites = Array(repeating: -1, count: capacity)
        apexes = Array(repeating: 0, count: capacity)
        starts = Array(repeating: 0, count: capacity + 1)
    }

    mutating func transform(
        _ squares: inout [Float], _ sites: inout [Int32], from start: Int, stride: Int, count: Int, spacing: Float
    ) {
        for q in 0..<count {
            line[q] = squares[start + q * stride]
            lineSites[q] = sites[start + q * stride]
        }
        let square = spacing * spacing
        let parabolas = build(count: count, square: square)
        guard parabolas > 0 else { return }
        var n = 0
        for p in 0..<count {
            while n + 1 < parabolas, starts[n + 1] < Float(p) { n += 1 }
            let apex = apexes[n]
            let d = Float(p - apex)
            squares[start + p * stride] = square * d * d + line[apex]
            sites[start + p * stride] = lineSites[apex]
        }
    }

    /// Fills `apexes` and `starts`; returns how many parabolas form the envelope.
    private mutating func build(count: Int, square: Float) -> Int {
        var n = 0
        for q in 0..<count where line[q] < .infinity {
            let lifted = line[q] / square + Float(q * q)
            while n > 0 {
                let apex = apexes[n - 1]
                let crossing = (lifted - line[apex] / square - Float(apex * apex)) / Float(2 * (q - apex))
                if crossing > starts[n - 1] {
                    starts[n] = crossing
                    break
                }
                n -= 1
            }
            if n == 0 { starts[0] = -.infinity }
            apexes[n] = q
            n += 1
        }
        return n
    }
}
