/// Values at nodes (in node units, i fastest) changed so that the field between the nodes, when interpolated linearly, is right on average.
///
/// Linear interpolation cuts the corners of a curved field: over a cell its mean is off by a twelfth of the field's second differences. Taken
/// from the nodes beforehand, round shapes no longer shrink, each by what its own curvature costs. At a ridge, where a second difference tells of
/// the fold and not of curvature, the change is held to a tenth of a node.
/// - Complexity: linear in nodes.
func curvatureCompensated(_ values: [Float], size: SIMD3<Int>) -> [Float] {
    var result = values
    let (dy, dz) = (size.x, size.x * size.y)
    values.withUnsafeBufferPointer { v in
        result.withUnsafeMutableBufferPointer { r in
            for k in 1..<(size.z - 1) {
                for j in 1..<(size.y - 1) {
                    let row = k * dz + j * dy
                    for at in (row + 1)..<(row + size.x - 1) {
                        let along = v[at - 1] + v[at + 1]
                        let across = v[at - dy] + v[at + dy] + v[at - dz] + v[at + dz]
                        let bend = along + across - 6 * v[at]
                        r[at] = v[at] - min(max(bend / 12, -0.1), 0.1)
                    }
                }
            }
        }
    }
    return result
}
