import Frames

/// A voxel grid with its values: `voxels[geometry.offset(i, j, k)]`, i fastest.
public struct Volume<Voxel: Sendable, F: CoordinateFrame>: Sendable {
    public let geometry: GridGeometry<F>
    public var voxels: [Voxel]

    public init(geometry: GridGeometry<F>, voxels: [Voxel]) throws {
        guard voxels.count == geometry.voxelCount else {
            throw GridError.voxelCountMismatch(expected: geometry.voxelCount, found: voxels.count)
        }
        self.geometry = geometry
        self.voxels = voxels
    }

    public init(geometry: GridGeometry<F>, repeating value: Voxel) {
        self.geometry = geometry
        voxels = Array(repeating: value, count: geometry.voxelCount)
    }

    @inlinable public subscript(i: Int, j: Int, k: Int) -> Voxel {
        get { voxels[geometry.offset(i, j, k)] }
        set { voxels[geometry.offset(i, j, k)] = newValue }
    }

    /// The same grid with each voxel mapped.
    @inlinable public func map<Mapped>(_ transform: (Voxel) throws -> Mapped) rethrows -> Volume<Mapped, F> {
        Volume<Mapped, F>(unchecked: geometry, voxels: try voxels.map(transform))
    }

    @inlinable init(unchecked geometry: GridGeometry<F>, voxels: [Voxel]) {
        self.geometry = geometry
        self.voxels = voxels
    }

    /// The voxels with `lower <= index < upper`, at the points where they were.
    public func cropped(from lower: SIMD3<Int>, to upper: SIMD3<Int>) throws -> Volume {
        let grid = try geometry.cropped(from: lower, to: upper)
        var kept: [Voxel] = []
        kept.reserveCapacity(grid.voxelCount)
        for k in lower.z..<upper.z {
            for j in lower.y..<upper.y {
                let row = geometry.offset(lower.x, j, k)
                kept.append(contentsOf: voxels[row..<(row + grid.size.x)])
            }
        }
        return Volume(unchecked: grid, voxels: kept)
    }
}

/// A CT in Hounsfield units.
public typealias CTVolume = Volume<Int16, Patient>
/// Vertebra labels with VerSe ids, 0 where there is none (see `VertebraLevel` in Anatomy).
public typealias LabelVolume = Volume<UInt8, Patient>
