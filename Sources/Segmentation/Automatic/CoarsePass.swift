import Concurrency
import Foundation
import Frames
import Volumes

/// What the coarse network sees in a whole CT, on its own grid along the patient's axes; i, j and k are z, y and x.
struct CoarseMap: Sendable {
    let geometry: GridGeometry<Patient>
    /// The network's input, and the value in it above which there is bone, 120 HU.
    let image: [Float]
    let bonyValue: Float
    /// Probabilities.
    var body: [Float]
    var arch: [Float]
    var sacrum: [Float]
    var canal: [Float]
    /// How much bone says that its body's centre lies here, in voxels of bone.
    var votes: [Float]
}

/// Bone of this probability votes.
private let votingProbability: Float = 0.25
/// An arch's word counts less than a body's: it comes from farther away.
private let archShare: Float = 0.3
/// Tiles overlap by a third.
private let stridePerTile = 2.0 / 3.0

/// Runs the coarse network over a CT in overlapping tiles, whose middle counts more than their rim.
///
/// - Complexity: a third of a second of one core for each tile of 96³ voxels; tiles that hold nothing but air are passed over.
func coarsePass(
    _ ct: CTVolume, pool: NetworkPool, window: ModelDescription.Window, progress: (_ done: Int, _ total: Int) -> Void
) throws -> CoarseMap {
    let grid = try coarseGrid(over: ct.geometry, network: pool.network)
    let image = try networkImage(of: ct, on: grid, window: window, threads: pool.count)
    let air = Float((window.low - window.middle) / window.scale)
    let tiles = Tiling(grid: grid.size, tile: SIMD3(pool.network.shape[2], pool.network.shape[1], pool.network.shape[0]))
    let filled = tiles.starts.filter { tile in tiles.copy(image.voxels, at: tile).contains { $0 > air } }
    let bonyValue = Float((120 - window.middle) / window.scale)
    var blend = CoarseBlend(image: image, bonyValue: bonyValue, tiles: tiles, network: pool.network)
    // Tiles are added in their order, whoever computed them, so that sums do not depend on the number of threads.
    for batch in stride(from: 0, to: filled.count, by: pool.count) {
        let some = Array(filled[batch..<min(batch + pool.count, filled.count)])
        let results = try concurrentMap(some, threads: pool.count) { try pool.run(tiles.copy(image.voxels, at: $0)) }
        for (tile, result) in zip(some, results) { blend.add(result[0].values, offsets: result[1].values, at: tile) }
        progress(batch + some.count, filled.count)
    }
    return blend.map
}

/// The smallest grid along the patient's axes over the whole CT, at least one tile large.
private func coarseGrid(over ct: GridGeometry<Patient>, network: ModelDescription.Network) throws -> GridGeometry<Patient> {
    let extent = PatientExtent(of: ct)
    let middle = (extent.lower + extent.upper) / 2
    let shape = (0..<3).map { max(network.shape[$0], Int(((extent.upper[$0] - extent.lower[$0]) / network.spacing).rounded(.up))) }
    let centre = SIMD3<Double>(SIMD3(shape[0] - 1, shape[1] - 1, shape[2] - 1)) / 2
    return try patchGrid(shape: shape, spacing: network.spacing, centreVoxel: centre, at: Point(middle))
}

/// Where tiles lie on a grid: sizes and starts in the grid's i, j, k.
struct Tiling: Sendable {
    let grid: SIMD3<Int>
    let tile: SIMD3<Int>
    let starts: [SIMD3<Int>]
    /// The weight of a tile's voxels along each axis: a Hann window that nowhere reaches 0.
    let weights: [[Float]]

    init(grid: SIMD3<Int>, tile: SIMD3<Int>) {
        func line(_ axis: Int) -> [Int] {
            let last = grid[axis] - tile[axis]
            let count = Int((Double(last) / (stridePerTile * Double(tile[axis]))).rounded(.up))
            return (0...count).map { count == 0 ? 0 : $0 * last / count }
        }
        starts = line(2).flatMap { k in line(1).flatMap { j in line(0).map { SIMD3($0, j, k) } } }
        weights = (0..<3).map { axis in
            (0..<tile[axis]).map { 0.5 - 0.5 * cosf(2 * .pi * (Float($0) + 1) / Float(tile[axis] + 1)) + 1e-3 }
        }
        (self.grid, self.tile) = (grid, tile)
    }

    func copy(_ voxels: [Float], at start: SIMD3<Int>) -> [Float] {
        var values: [Float] = []
        values.reserveCapacity(tile.x * tile.y * tile.z)
        for k in 0..<tile.z {
            for j in 0..<tile.y {
                let row = ((start.z + k) * grid.y + start.y + j) * grid.x + start.x
                values.append(contentsOf: voxels[row..<(row + tile.x)])
            }
        }
        return values
    }

    /// Along each axis, the sum of the weights of all tiles at each voxel of the grid. The sum over tiles is their product.
    var totals: [[Float]] {
        (0..<3).map { axis in
            var total = [Float](repeating: 0, count: grid[axis])
            // In order: sums of floats depend on it.
            for start in Set(starts.map { $0[axis] }).sorted() { for n in 0..<tile[axis] { total[start + n] += weights[axis][n] } }
            return total
        }
    }
}

/// The tiles' results, added up.
struct CoarseBlend {
    private(set) var map: CoarseMap
    private let tiles: Tiling
    private let totals: [[Float]]
    private let spacing: Float
    private let channels: [Int]

    init(image: NetworkImage, bonyValue: Float, tiles: Tiling, network: ModelDescription.Network) {
        let zero = [Float](repeating: 0, count: image.voxels.count)
        map = CoarseMap(
            geometry: image.geometry, image: image.voxels, bonyValue: bonyValue, body: zero, arch: zero, sacrum: zero, canal: zero,
            votes: zero)
        (self.tiles, totals, spacing) = (tiles, tiles.totals, Float(network.spacing))
        channels = CoarseClass.allCases.map { network.classes.firstIndex(of: $0.rawValue)! }
    }

    mutating func add(_ values: [Float], offsets: [Float], at start: SIMD3<Int>) {
        let (tile, grid) = (tiles.tile, map.geometry.size)
        let count = tile.x * tile.y * tile.z
        let half = tile / 2
        let halfCount = half.x * half.y * half.z
        values.withUnsafeBufferPointer { values in
            offsets.withUnsafeBufferPointer { offsets in
                for k in 0..<tile.z {
                    for j in 0..<tile.y {
                        let across = share(2, start.z, k) * share(1, start.y, j)
                        let row = map.geometry.offset(start.x, start.y + j, start.z + k)
                        for i in 0..<tile.x {
                            let (from, to, weight) = ((k * tile.y + j) * tile.x + i, row + i, across * share(0, start.x, i))
                            let body = values[channels[0] * count + from]
                            let arch = values[channels[1] * count + from]
                            map.body[to] += weight * body
                            map.arch[to] += weight * arch
                            map.sacrum[to] += weight * values[channels[2] * count + from]
                            map.canal[to] += weight * values[channels[3] * count + from]
                            let vote = body + archShare * arch
                            guard vote > votingProbability else { continue }
                            let near = ((k / 2) * half.y + j / 2) * half.x + i / 2
                            // Channels are x, y, z: the grid's k, j, i.
                            func aim(_ at: Int, _ channel: Int) -> Int {
                                at + Int((offsets[channel * halfCount + near] / spacing).rounded())
                            }
                            let (a, b, c) = (aim(start.x + i, 2), aim(start.y + j, 1), aim(start.z + k, 0))
                            if a >= 0, b >= 0, c >= 0, a < grid.x, b < grid.y, c < grid.z {
                                map.votes[(c * grid.y + b) * grid.x + a] += weight * vote
                            }
                        }
                    }
                }
            }
        }
    }

    /// A tile's share of the weight at its n-th voxel along an axis.
    private func share(_ axis: Int, _ start: Int, _ n: Int) -> Float { tiles.weights[axis][n] / totals[axis][start + n] }
}
