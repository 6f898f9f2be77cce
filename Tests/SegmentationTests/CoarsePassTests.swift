import Frames
import Testing
import Volumes

@testable import Segmentation

@Suite struct CoarsePassTests {
    private func tiling(_ grid: SIMD3<Int>) -> Tiling { Tiling(grid: grid, tile: SIMD3(16, 18, 20)) }

    /// Every voxel lies in a tile, no tile beyond the grid, and neighbours overlap by a third or more.
    @Test(arguments: [SIMD3(16, 18, 20), SIMD3(17, 30, 61), SIMD3(40, 43, 75)]) func tilesCoverTheGrid(grid: SIMD3<Int>) {
        let tiles = tiling(grid)
        for axis in 0..<3 {
            let starts = Set(tiles.starts.map { $0[axis] }).sorted()
            #expect(starts.first == 0 && starts.last == grid[axis] - tiles.tile[axis])
            for (one, next) in zip(starts, starts.dropFirst()) { #expect(3 * (next - one) <= 2 * tiles.tile[axis] + 2) }
        }
        #expect(Set(tiles.starts).count == tiles.starts.count)
    }

    /// The value says where a voxel was.
    @Test func aTileIsACopyOfItsPlace() {
        let grid = SIMD3(20, 22, 24)
        let voxels = (0..<(20 * 22 * 24)).map { Float($0) }
        let copy = tiling(grid).copy(voxels, at: SIMD3(2, 3, 4))
        #expect(copy.count == 16 * 18 * 20 && copy[0] == Float((4 * 22 + 3) * 20 + 2))
        #expect(copy[(5 * 18 + 6) * 16 + 7] == Float((9 * 22 + 9) * 20 + 9))
    }

    /// Tiles that all say the same add up to it everywhere, and votes that aim at one place all land there.
    @Test func tilesAddUpToOne() throws {
        let network = ModelDescription.Network(
            file: "", sha256: "", shape: [20, 18, 16], spacing: 2, centreVoxel: nil, classes: ["canal", "body", "sacrum", "arch"])
        let size = SIMD3(30, 27, 33)
        let grid = try GridGeometry<Patient>(
            size: size, spacing: SIMD3(2, 2, 2), origin: Point(0, 0, 0), axes: (SIMD3(0, 0, 1), SIMD3(0, 1, 0), SIMD3(1, 0, 0)))
        let tiles = Tiling(grid: size, tile: SIMD3(16, 18, 20))
        var blend = CoarseBlend(
            image: try NetworkImage(geometry: grid, voxels: [Float](repeating: 0, count: grid.voxelCount)), bonyValue: 0.5, tiles: tiles,
            network: network)
        let target = SIMD3(14, 13, 17)
        let count = 16 * 18 * 20
        // Channels in the order of the classes: canal 0.1, body 0.5, sacrum 0.3, arch 0.2.
        let values = [0.1, 0.5, 0.3, 0.2].flatMap { [Float](repeating: $0, count: count) }
        for start in tiles.starts {
            // Offsets are mm along x, y, z, which are k, j, i, one for each cube of eight voxels.
            var offsets = [Float](repeating: 0, count: 3 * count / 8)
            for k in 0..<10 {
                for j in 0..<9 {
                    for i in 0..<8 {
                        let at = (k * 9 + j) * 8 + i
                        offsets[at] = Float(2 * (target.z - start.z - 2 * k))
                        offsets[count / 8 + at] = Float(2 * (target.y - start.y - 2 * j))
                        offsets[2 * count / 8 + at] = Float(2 * (target.x - start.x - 2 * i))
                    }
                }
            }
            blend.add(values, offsets: offsets, at: start)
        }
        // Single precision, sums of up to 27 tiles.
        func all(_ channel: [Float], are value: Float) -> Bool { channel.allSatisfy { abs($0 - value) < 1e-5 } }
        #expect(all(blend.map.canal, are: 0.1) && all(blend.map.body, are: 0.5))
        #expect(all(blend.map.sacrum, are: 0.3) && all(blend.map.arch, are: 0.2))
        // Of eight voxels that share an offset each lands where it lies beside the first: within one voxel after the target.
        let around = (0..<2).flatMap { k in (0..<2).flatMap { j in (0..<2).map { (target.z + k, target.y + j, target.x + $0) } } }
        let landed = around.map { blend.map.votes[grid.offset($0.2, $0.1, $0.0)] }.reduce(0, +)
        let total = Float(grid.voxelCount) * (0.5 + 0.3 * 0.2)
        #expect(abs(landed / total - 1) < 1e-3 && abs(blend.map.votes.reduce(0, +) / total - 1) < 1e-3)
    }
}
