/// The value whose level set encloses `volume` (in nodes, that is cells of the grid), by bisection; 0 when no value within reach does.
///
/// Each node near the surface counts with the part of its cell below the level, taken as a plane of the local slope: a ramp over the cell's
/// width along the gradient. Planes cut curved surfaces short: round a ball of eight nodes' radius the level is 0.022 nodes too low, and less
/// round larger ones (EnclosedVolumeTests). The mesh's own volume settles the rest (`signedDistance`).
func volumeKeepingLevel(_ field: [Float], size: SIMD3<Int>, spacing: Float, volume: Double) -> Float {
    let reach = 2 * spacing
    let band = CellBand(field, size: size, within: reach)
    // Shift only within half the band, so that each cell that is cut was collected.
    var low = -reach / 2
    var high = reach / 2
    guard band.volume(below: low) < volume, band.volume(below: high) > volume else { return 0 }
    for _ in 0..<30 {
        let middle = (low + high) / 2
        if band.volume(below: middle) < volume { low = middle } else { high = middle }
    }
    return (low + high) / 2
}

/// The cells near the surface, with the width over which a plane of the local slope crosses each.
private struct CellBand {
    var values: [Float] = []
    var widths: [Float] = []
    var cellsBelow = 0

    init(_ field: [Float], size: SIMD3<Int>, within reach: Float) {
        let dy = size.x
        let dz = size.x * size.y
        for k in 0..<size.z {
            for j in 0..<size.y {
                for i in 0..<size.x {
                    let at = k * dz + j * dy + i
                    let value = field[at]
                    if value < -reach { cellsBelow += 1 }
                    guard abs(value) <= reach else { continue }
                    func slope(_ n: Int, _ count: Int, _ stride: Int) -> Float {
                        let up = n + 1 < count ? at + stride : at
                        let down = n > 0 ? at - stride : at
                        return abs(field[up] - field[down]) / Float(max(1, (up - down) / stride))
                    }
                    values.append(value)
                    widths.append(max(1e-6, slope(i, size.x, 1) + slope(j, size.y, dy) + slope(k, size.z, dz)))
                }
            }
        }
    }

    func volume(below level: Float) -> Double {
        var total = Double(cellsBelow)
        for n in values.indices {
            total += Double(min(max(0.5 - (values[n] - level) / widths[n], 0), 1))
        }
        return total
    }
}
