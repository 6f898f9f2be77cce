/// Copies a slice into a larger plane, shifted by `offset` pixels (not negative), bilinearly, with air around it.
///
/// All pixels of a slice share one fraction of a pixel, so the four weights are computed once.
func shift(
    _ source: UnsafeBufferPointer<Int16>, width: Int, height: Int, by offset: SIMD2<Double>, into target: UnsafeMutablePointer<Int16>,
    targetWidth: Int, targetHeight: Int
) {
    let whole = offset.rounded(.down)
    let fraction = SIMD2<Float>(offset - whole)
    let (left, top) = (Int(whole.x), Int(whole.y))
    func value(_ x: Int, _ y: Int) -> Float {
        x >= 0 && y >= 0 && x < width && y < height ? Float(source[y * width + x]) : Float(airHU)
    }
    for j in 0..<targetHeight {
        let y = j - top
        for i in 0..<targetWidth {
            let x = i - left
            let near = value(x, y) * (1 - fraction.x) + value(x - 1, y) * fraction.x
            let far = value(x, y - 1) * (1 - fraction.x) + value(x - 1, y - 1) * fraction.x
            target[j * targetWidth + i] = Int16((near * (1 - fraction.y) + far * fraction.y).rounded())
        }
    }
}

/// Planes at even heights, linearly between the given ones; `heights` start at 0 and grow.
func interpolatePlanes(_ voxels: [Int16], plane: Int, heights: [Double], spacing: Double, count: Int) -> [Int16] {
    var even = [Int16](repeating: airHU, count: plane * count)
    var below = 0
    for k in 0..<count {
        let height = Double(k) * spacing
        while below < heights.count - 2, heights[below + 1] <= height { below += 1 }
        let weight = Float(min(1, max(0, (height - heights[below]) / (heights[below + 1] - heights[below]))))
        let first = below * plane
        for n in 0..<plane {
            let blend = Float(voxels[first + n]) * (1 - weight) + Float(voxels[first + plane + n]) * weight
            even[k * plane + n] = Int16(blend.rounded())
        }
    }
    return even
}
