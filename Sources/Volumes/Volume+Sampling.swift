import Frames

extension Volume where Voxel: BinaryInteger {
    /// The trilinear value at a point, or nil outside the outermost voxel centres.
    @inlinable public func linear(at point: Point<F>) -> Double? {
        interpolate(at: point) { Double(voxels[$0]) }
    }

    /// The value of the voxel that holds the point, or nil outside the grid.
    @inlinable public func nearest(at point: Point<F>) -> Voxel? {
        let index = geometry.index(of: point).rounded(.toNearestOrAwayFromZero)
        guard index.min() >= 0, index.x < Double(geometry.size.x), index.y < Double(geometry.size.y),
            index.z < Double(geometry.size.z)
        else { return nil }
        return self[Int(index.x), Int(index.y), Int(index.z)]
    }
}

extension Volume where Voxel: BinaryFloatingPoint {
    /// The trilinear value at a point, or nil outside the outermost voxel centres.
    @inlinable public func linear(at point: Point<F>) -> Double? {
        interpolate(at: point) { Double(voxels[$0]) }
    }
}

extension Volume {
    @inlinable func interpolate(at point: Point<F>, _ value: (Int) -> Double) -> Double? {
        let index = geometry.index(of: point)
        let size = geometry.size
        // Written so that NaN fails too.
        guard index.x >= 0, index.y >= 0, index.z >= 0, index.x <= Double(size.x - 1), index.y <= Double(size.y - 1),
            index.z <= Double(size.z - 1)
        else { return nil }
        let i = min(Int(index.x), max(0, size.x - 2))
        let j = min(Int(index.y), max(0, size.y - 2))
        let k = min(Int(index.z), max(0, size.z - 2))
        let fx = index.x - Double(i)
        let fy = index.y - Double(j)
        let fz = index.z - Double(k)
        let base = geometry.offset(i, j, k)
        // On an axis with a single voxel the fraction is 0 and the step must not leave the array.
        let dx = size.x > 1 ? 1 : 0
        let dy = size.y > 1 ? size.x : 0
        let dz = size.z > 1 ? size.x * size.y : 0
        func row(_ at: Int) -> Double { value(at) * (1 - fx) + value(at + dx) * fx }
        func sheet(_ at: Int) -> Double { row(at) * (1 - fy) + row(at + dy) * fy }
        return sheet(base) * (1 - fz) + sheet(base + dz) * fz
    }
}
