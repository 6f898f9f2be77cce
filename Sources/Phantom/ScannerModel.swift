import Foundation
import Volumes

/// Blurs a field in place with a Gaussian of `sigma` mm along each axis; values beyond the border repeat.
func blur(_ values: inout [Float], size: SIMD3<Int>, spacing: SIMD3<Double>, sigma: Double) {
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
private func convolve(_ values: inout [Float], size: SIMD3<Int>, axis: Int, kernel: [Float]) {
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

/// Noise of unit standard deviation that is smooth over about two voxels, like a soft reconstruction kernel's.
func correlatedNoise(size: SIMD3<Int>, generator: inout PhantomGenerator) -> [Float] {
    var noise = [Float](repeating: 0, count: size.x * size.y * size.z)
    for at in noise.indices {
        // The sum of four uniform draws is near enough to normal, and cheap.
        let bits = generator.next()
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        noise[at] = (Float(sum) - 131_070) / 37_837
    }
    let kernel: [Float] = [0.25, 0.5, 0.25]
    convolve(&noise, size: size, axis: 0, kernel: kernel)
    convolve(&noise, size: size, axis: 1, kernel: kernel)
    // Each pass scales the deviation by sqrt(0.25² + 0.5² + 0.25²).
    let scale: Float = 1 / 0.375
    for at in noise.indices { noise[at] *= scale }
    return noise
}
