import Foundation

/// A mask's distances smoothed into the smoothest surface that still parts the set from the unset voxel centres.
///
/// A distance measured on voxels is known only to about half a step: the border lies between the nearest centre of the other kind and the centre
/// before it. Within these bounds the field of least bending is sought: the sum of squared second differences (thin plate), by projected
/// gradient descent with momentum (FISTA, Beck and Teboulle 2009). Terraces vanish, since any slope that fits the slot will do; nothing
/// shrinks, since every voxel centre keeps its side; a sheet one voxel thick survives for the same reason.
/// Source: after Lempitsky, "Surface extraction from binary volumes with higher-order smoothness" (CVPR 2010). Unlike there, differences
/// across a ridge of the distance, where the nearest borders lie on opposite sides, do not count, so that the two faces of a thin wall do not pull
/// each other; and bounds come from the distance in mm, so that slices may be thick.
///
/// - Parameters: `distances`, `slack` (mm) and `outward` per voxel, see `MaskDistances`.
/// - Complexity: linear in voxels near the surface.
func thinPlateSmoothed(_ mask: MaskDistances, size: SIMD3<Int>, spacing: SIMD3<Double>) -> [Float] {
    var plate = ThinPlate(mask, size: size, spacing: spacing)
    plate.relax(iterations: 60)
    return plate.scattered(into: mask.distances)
}

private struct ThinPlate {
    /// Voxels near the surface, their value and its bounds.
    private var nodes: [Int32] = []
    private var values: [Float] = []
    private var lower: [Float] = []
    private var upper: [Float] = []
    /// Second differences a - 2b + c along an axis, as positions in `nodes`, with their weights.
    private var straight: [(a: Int32, b: Int32, c: Int32, weight: Float)] = []
    /// Mixed differences a - b - c + d in a plane of two axes.
    private var mixed: [(a: Int32, b: Int32, c: Int32, d: Int32, weight: Float)] = []

    init(_ mask: MaskDistances, size: SIMD3<Int>, spacing: SIMD3<Double>) {
        let reach = Float(2 * spacing.sum() / 3)
        var position = [Int32](repeating: -1, count: mask.distances.count)
        for n in mask.distances.indices where abs(mask.distances[n]) < reach {
            position[n] = Int32(nodes.count)
            nodes.append(Int32(n))
            values.append(mask.distances[n])
            lower.append(mask.distances[n] - mask.slack[n])
            upper.append(mask.distances[n] + mask.slack[n])
        }
        // Between bending in voxels and in millimetres: with thick slices the latter alone would hardly smooth across them.
        let scale = (SIMD3<Double>(repeating: spacing.min()) / spacing)
        let steps = [1, size.x, size.x * size.y]
        func together(_ list: [Int]) -> Bool {
            for m in list.indices {
                guard position[list[m]] >= 0 else { return false }
                for n in 0..<m where (mask.outward[list[m]] * mask.outward[list[n]]).sum() < -0.8 { return false }
            }
            return true
        }
        // The mask is padded by more than the reach, so neighbours of a node never leave the grid.
        for node in nodes.map({ Int($0) }) {
            for axis in 0..<3 {
                let (a, c) = (node - steps[axis], node + steps[axis])
                if together([a, node, c]) {
                    straight.append((position[a], position[node], position[c], Float(scale[axis] * scale[axis])))
                }
                let other = (axis + 1) % 3
                let (b, d) = (node + steps[other], node + steps[axis] + steps[other])
                if together([node, c, b, d]) {
                    // Counts twice in the bending energy.
                    mixed.append((position[node], position[c], position[b], position[d], 2 * Float(scale[axis] * scale[other])))
                }
            }
        }
    }

    mutating func relax(iterations: Int) {
        // The energy's largest curvature: 16 for each axis and 2 * 16 for each pair.
        let step: Float = 1 / 144
        var leading = values
        var gradient = [Float](repeating: 0, count: values.count)
        var momentum = 1.0
        for _ in 0..<iterations {
            bending(of: leading, into: &gradient)
            let next = (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
            let carry = Float((momentum - 1) / next)
            momentum = next
            for n in values.indices {
                let moved = min(max(leading[n] - step * gradient[n], lower[n]), upper[n])
                leading[n] = moved + carry * (moved - values[n])
                values[n] = moved
            }
        }
    }

    /// The gradient of half the bending energy.
    private func bending(of field: [Float], into gradient: inout [Float]) {
        gradient.withUnsafeMutableBufferPointer { g in
            field.withUnsafeBufferPointer { f in
                for n in g.indices { g[n] = 0 }
                for s in straight {
                    let (a, b, c) = (Int(s.a), Int(s.b), Int(s.c))
                    let bend = s.weight * (f[a] - 2 * f[b] + f[c])
                    g[a] += bend
                    g[b] -= 2 * bend
                    g[c] += bend
                }
                for m in mixed {
                    let (a, b, c, d) = (Int(m.a), Int(m.b), Int(m.c), Int(m.d))
                    let bend = m.weight * (f[a] - f[b] - f[c] + f[d])
                    g[a] += bend
                    g[b] -= bend
                    g[c] -= bend
                    g[d] += bend
                }
            }
        }
    }

    func scattered(into distances: [Float]) -> [Float] {
        var result = distances
        for n in nodes.indices { result[Int(nodes[n])] = values[n] }
        return result
    }
}
