import Foundation
import Frames
import Volumes

/// A volume to be projected, 1/mm, and where in it anything attenuates at all.
public struct AttenuationVolume<F: CoordinateFrame>: Sendable {
    public let volume: Volume<Float, F>
    public var geometry: GridGeometry<F> { volume.geometry }
    /// Blocks of voxels that hold something other than zero.
    let occupied: [VoxelBlock]

    init(volume: Volume<Float, F>, occupied: [VoxelBlock]) { (self.volume, self.occupied) = (volume, occupied) }

    /// - Complexity: O(voxels).
    public init(_ volume: Volume<Float, F>) { self.init(volume: volume, occupied: occupiedBlocks(of: volume)) }
}

/// Voxels `lower...upper` along each axis of a grid.
struct VoxelBlock: Equatable, Sendable {
    var lower: SIMD3<Int>
    var upper: SIMD3<Int>
}

/// Voxels to a block's side: small enough to leave out the canal and the room between processes, large enough that a whole CT has no more than some thousands.
private func blockSide(_ size: SIMD3<Int>) -> Int { max(4, Int(cbrt(Double(size.x * size.y * size.z) / 8192).rounded(.up))) }

private func occupiedBlocks<F>(of volume: Volume<Float, F>) -> [VoxelBlock] {
    let size = volume.geometry.size
    let side = blockSide(size)
    let blocks = (size &+ (side - 1)) / side
    var isOccupied = [Bool](repeating: false, count: blocks.x * blocks.y * blocks.z)
    volume.voxels.withUnsafeBufferPointer { voxels in
        for k in 0..<size.z {
            for j in 0..<size.y {
                let row = volume.geometry.offset(0, j, k)
                let blockRow = (k / side * blocks.y + j / side) * blocks.x
                for i in 0..<size.x where voxels[row + i] != 0 { isOccupied[blockRow + i / side] = true }
            }
        }
    }
    return isOccupied.indices.filter { isOccupied[$0] }.map { n in
        let lower = SIMD3(n % blocks.x, n / blocks.x % blocks.y, n / (blocks.x * blocks.y)) &* side
        return VoxelBlock(lower: lower, upper: pointwiseMin(lower &+ (side - 1), size &- 1))
    }
}
