import Foundation

/// The weights with which one axis of a grid is resampled: output node n is the sum of `weights[n * taps + t] * input[first[n] + t]`.
struct AxisResampling {
    let first: [Int]
    let weights: [Float]
    let taps: Int

    /// Cubic convolution (Keys 1981, through the samples, exact for parabolas) at `positions`, in input voxels, blurred by a Gaussian of standard
    /// deviation `sigma` input voxels. Beyond the ends the outermost value goes on.
    init(positions: [Double], count: Int, sigma: Double) {
        let reach = 2 + Int((3 * sigma).rounded(.up))
        let taps = min(2 * reach + 1, count)
        // The blur as a sum of shifted copies of the kernel.
        let shifts = sigma > 0 ? (-6...6).map { 0.5 * Double($0) } : [0]
        let shares = shifts.map { exp(-0.5 * $0 * $0) }
        var first: [Int] = []
        var weights: [Float] = []
        for position in positions {
            let start = min(max(Int(position.rounded()) - reach, 0), count - taps)
            let row = (0..<taps).map { t in
                zip(shifts, shares).reduce(0) { $0 + $1.1 * cubicConvolution(Double(start + t) - position - $1.0 * sigma) }
            }
            let total = row.reduce(0, +)
            first.append(start)
            weights.append(contentsOf: row.map { Float($0 / total) })
        }
        self.first = first
        self.weights = weights
        self.taps = taps
    }

    var count: Int { first.count }
}

/// Keys' kernel with a = -1/2.
private func cubicConvolution(_ x: Double) -> Double {
    let d = abs(x)
    if d < 1 { return (1.5 * d - 2.5) * d * d + 1 }
    return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0
}

/// Values on a grid of `size` (i fastest), resampled axis by axis. Complexity: linear in the larger of input and output.
func resample(_ values: [Float], size: SIMD3<Int>, x: AxisResampling, y: AxisResampling, z: AxisResampling) -> [Float] {
    let alongX = resample(values, outer: size.y * size.z, count: size.x, inner: 1, by: x)
    let alongY = resample(alongX, outer: size.z, count: size.y, inner: x.count, by: y)
    return resample(alongY, outer: 1, count: size.z, inner: x.count * y.count, by: z)
}

/// One axis of an array seen as [outer][count][inner].
private func resample(_ values: [Float], outer: Int, count: Int, inner: Int, by axis: AxisResampling) -> [Float] {
    Array(unsafeUninitializedCapacity: outer * axis.count * inner) { output, filled in
        values.withUnsafeBufferPointer { input in
            for o in 0..<outer {
                for n in 0..<axis.count {
                    let to = (o * axis.count + n) * inner
                    let from = (o * count + axis.first[n]) * inner
                    for q in 0..<inner { output[to + q] = 0 }
                    for t in 0..<axis.taps {
                        let weight = axis.weights[n * axis.taps + t]
                        for q in 0..<inner { output[to + q] += weight * input[from + t * inner + q] }
                    }
                }
            }
        }
        filled = outer * axis.count * inner
    }
}
