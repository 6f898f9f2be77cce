import Concurrency
import Frames
import Volumes

/// A network's input: windowed HU on a grid whose i, j and k are the network's z, y and x, so that its last dimension is the densest.
typealias NetworkImage = Volume<Float, Patient>

/// The grid of a patch of `shape` (X, Y, Z) voxels with a point at `centreVoxel`. `axes`: unit vectors of the patch's x, y and z.
func patchGrid(
    shape: [Int], spacing: Double, centreVoxel: SIMD3<Double>, at centre: Point<Patient>,
    axes: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>) = (SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1))
) throws -> GridGeometry<Patient> {
    let (x, y, z) = axes
    let corner = centre.xyz - spacing * (centreVoxel.x * x + centreVoxel.y * y + centreVoxel.z * z)
    return try GridGeometry(
        size: SIMD3(shape[2], shape[1], shape[0]), spacing: SIMD3(repeating: spacing), origin: Point(corner), axes: (z, y, x))
}

/// The CT on a patch's grid, windowed; air outside the CT. Where the CT is finer than the grid each voxel is the mean of several samples.
///
/// - Complexity: O(voxels of the grid), 10 to 90 ns each.
func networkImage(
    of ct: CTVolume, on grid: GridGeometry<Patient>, window: ModelDescription.Window, threads: Int = 1
) throws -> NetworkImage {
    let sampler = WindowSampler(source: ct.geometry, target: grid, window: window)
    // Slabs of equal size, so that threads share the work.
    let slabs = try concurrentMap(Array(0..<grid.size.z), threads: threads) { k in
        ct.voxels.withUnsafeBufferPointer { sampler.slab(k, of: $0) }
    }
    return try NetworkImage(geometry: grid, voxels: Array(slabs.joined()))
}

/// Trilinear samples of a CT on another grid, in single precision.
private struct WindowSampler: Sendable {
    private let size: SIMD3<Int>
    private let target: SIMD3<Int>
    private let first: SIMD3<Double>
    private let steps: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)
    /// Where within a target voxel samples are taken, as source index.
    private let around: [SIMD3<Float>]
    private let window: ModelDescription.Window

    init(source: GridGeometry<Patient>, target: GridGeometry<Patient>, window: ModelDescription.Window) {
        let first = source.index(of: target.point(at: SIMD3(0, 0, 0)))
        func step(_ x: Int, _ y: Int, _ z: Int) -> SIMD3<Double> { source.index(of: target.point(at: SIMD3(x, y, z))) - first }
        let steps = [step(1, 0, 0), step(0, 1, 0), step(0, 0, 1)]
        // As many samples along each axis as source voxels lie within a step.
        let spread = steps.map { step -> [SIMD3<Double>] in
            let longest = max(abs(step.x), abs(step.y), abs(step.z))
            let count = min(3, max(1, Int((longest + 0.2).rounded(.toNearestOrAwayFromZero))))
            return (0..<count).map { (Double($0) + 0.5) / Double(count) - 0.5 }.map { $0 * step }
        }
        around = spread[0].flatMap { a in spread[1].flatMap { b in spread[2].map { SIMD3<Float>(a + b + $0) } } }
        size = source.size
        self.target = target.size
        self.first = first
        self.steps = (steps[0], steps[1], steps[2])
        self.window = window
    }

    func slab(_ k: Int, of voxels: UnsafeBufferPointer<Int16>) -> [Float] {
        let (low, high, middle, scale) = (Float(window.low), Float(window.high), Float(window.middle), Float(window.scale))
        let share = 1 / Float(around.count)
        return [Float](unsafeUninitializedCapacity: target.x * target.y) { buffer, count in
            for j in 0..<target.y {
                let row = first + Double(j) * steps.1 + Double(k) * steps.2
                for i in 0..<target.x {
                    let at = SIMD3<Float>(row + Double(i) * steps.0)
                    var sum: Float = 0
                    for offset in around { sum += sample(voxels, at + offset) }
                    buffer[j * target.x + i] = (min(max(sum * share, low), high) - middle) / scale
                }
            }
            count = target.x * target.y
        }
    }

    /// Up to half a voxel beyond the outermost centres the outermost value is used, and air beyond that.
    @inline(__always)
    private func sample(_ voxels: UnsafeBufferPointer<Int16>, _ at: SIMD3<Float>) -> Float {
        let last = SIMD3<Float>(Float(size.x - 1), Float(size.y - 1), Float(size.z - 1))
        guard at.x >= -0.5, at.y >= -0.5, at.z >= -0.5, at.x <= last.x + 0.5, at.y <= last.y + 0.5, at.z <= last.z + 0.5 else {
            return -1024
        }
        let inside = pointwiseMin(pointwiseMax(at, .zero), last)
        let (i, j, k) = (
            min(Int(inside.x), max(size.x - 2, 0)), min(Int(inside.y), max(size.y - 2, 0)), min(Int(inside.z), max(size.z - 2, 0))
        )
        let f = inside - SIMD3<Float>(Float(i), Float(j), Float(k))
        let base = (k * size.y + j) * size.x + i
        let (dx, dy, dz) = (size.x > 1 ? 1 : 0, size.y > 1 ? size.x : 0, size.z > 1 ? size.x * size.y : 0)
        func row(_ at: Int) -> Float { Float(voxels[at]) + (Float(voxels[at + dx]) - Float(voxels[at])) * f.x }
        func sheet(_ at: Int) -> Float { row(at) + (row(at + dy) - row(at)) * f.y }
        return sheet(base) + (sheet(base + dz) - sheet(base)) * f.z
    }
}
