import Foundation

/// Blurs a field in place with a Gaussian of `sigma` mm along each axis; values beyond the border repeat.
public func blur(_ values: inout [Float], size: SIMD3<Int>, spacing: SIMD3<Double>, sigma: Double) {
    guard sigma > 0 else { return }
    for axis in 0..<3 {
        let inVoxels = sigma / spacing[axis]
        let radius = Int((3 * inVoxels).rounded(.up))
        let raw = (-radius...radius).map { exp(-0.5 * pow(Double($0) / inVoxels, 2)) }
        let total = raw.reduce(0, +)
        // A kernel that leaves 99.9 % in the middle changes nothing.
        guard raw[radius] / total < 0.999 else { continue }
        convolve(&values, size: size, axis: axis, kernel: raw.map { Float($0 / total) })
    }
}

/// Convolves along one axis with an odd kernel.
public func convolve(_ values: inout [Float], size: SIMD3<Int>, axis: Int, kernel: [Float]) {
    let radius = kernel.count / 2
    let count = size[axis]
    let step = axis == 0 ? 1 : axis == 1 ? size.x : size.x * size.y
    let others = axis == 0 ? (1, 2) : axis == 1 ? (0, 2) : (0, 1)
    let strides = [1, size.x, size.x * size.y]
    var line = [Float](repeating: 0, count: count + 2 * radius)
    values.withUnsafeMutableBufferPointer { values in
        for b in 0..<size[others.1] {
            for a in 0..<size[others.0] {
                let start = a * strides[others.0] + b * strides[others.1]
                for at in line.indices { line[at] = values[start + min(count - 1, max(0, at - radius)) * step] }
                for at in 0..<count {
                    var sum: Float = 0
                    for tap in kernel.indices { sum += kernel[tap] * line[at + tap] }
                    values[start + at * step] = sum
                }
            }
        }
    }
}
