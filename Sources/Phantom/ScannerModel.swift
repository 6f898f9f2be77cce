import RandomNumbers
import Volumes

/// Noise of unit standard deviation that is smooth over about two voxels, like a soft reconstruction kernel's.
func correlatedNoise(size: SIMD3<Int>, generator: inout RandomStream) -> [Float] {
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
