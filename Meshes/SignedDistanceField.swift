import Frames
import Volumes

/// The signed distance to a closed surface, sampled on an isotropic right-handed grid: negative inside, positive outside, millimetres.
public struct SignedDistanceField<F: CoordinateFrame>: Sendable {
    /// Distances at the grid's nodes, millimetres.
    public let volume: Volume<Float, F>
    /// Distance between nodes, the same along all axes, millimetres.
    public let spacing: Double

    // Copies of the grid in the shape that sampling wants: point -> index is `rows * point + offset`.
    @usableFromInline let columnX: SIMD3<Double>
    @usableFromInline let columnY: SIMD3<Double>
    @usableFromInline let columnZ: SIMD3<Double>
    @usableFromInline let offset: SIMD3<Double>
    @usableFromInline let last: SIMD3<Double>
    @usableFromInline let lastBase: SIMD3<Int>
    @usableFromInline let strideY: Int
    @usableFromInline let strideZ: Int

    /// The grid must be isotropic, right-handed and have at least two nodes an axis; anything else is a programmer's error.
    public init(volume: Volume<Float, F>) {
        let grid = volume.geometry
        let h = grid.spacing.x
        precondition(grid.isRightHanded, "a distance field's grid must be right-handed")
        precondition(abs(grid.spacing.y - h) < 1e-9 * h && abs(grid.spacing.z - h) < 1e-9 * h, "a distance field's grid must be isotropic")
        precondition(grid.size.min() >= 2, "a distance field needs two nodes an axis")
        self.volume = volume
        spacing = h
        let (x, y, z) = grid.axes
        columnX = SIMD3(x.x, y.x, z.x) / h
        columnY = SIMD3(x.y, y.y, z.y) / h
        columnZ = SIMD3(x.z, y.z, z.z) / h
        let o = grid.origin.xyz
        offset = -(o.x * columnX + o.y * columnY + o.z * columnZ)
        last = SIMD3<Double>(grid.size &- 1)
        lastBase = grid.size &- 2
        strideY = grid.size.x
        strideZ = grid.size.x * grid.size.y
    }

    /// The signed distance at a point, millimetres: trilinear inside the grid; outside, the value at the nearest point of the grid plus
    /// the distance to it (never less than the distance to the surface). NaN for a point that is not finite.
    @inlinable public func distance(at point: Point<F>) -> Double {
        let p = point.xyz
        let index = columnX * p.x + columnY * p.y + columnZ * p.z + offset
        // Plain comparisons: SIMD's `clamped` and masks are calls, and this is the planner's innermost loop.
        if index.x >= 0, index.y >= 0, index.z >= 0, index.x <= last.x, index.y <= last.y, index.z <= last.z {
            return cell(at: index).value
        }
        return distance(beyond: index)
    }

    /// `distance(at:)` for an index outside the grid.
    @inline(never) @usableFromInline func distance(beyond index: SIMD3<Double>) -> Double {
        guard index.sum().isFinite else { return .nan }
        let held = index.clamped(lowerBound: SIMD3(), upperBound: last)
        return cell(at: held).value + (index - held).length * spacing
    }

    /// The gradient of `distance(at:)`: about unit length off the medial axis, pointing out of the shape. It is that of the trilinear
    /// interpolation, so it jumps slightly between cells. The point must be finite.
    @inlinable public func gradient(at point: Point<F>) -> Vector<F> {
        let p = point.xyz
        let index = columnX * p.x + columnY * p.y + columnZ * p.z + offset
        let held = index.clamped(lowerBound: SIMD3(), upperBound: last)
        var slope = cell(at: held).slope / spacing
        if held != index {
            let beyond = index - held
            // Along an axis that was clamped the grid's value does not change; the distance to the grid does.
            slope = slope.replacing(with: 0, where: beyond .!= 0) + beyond / beyond.length
        }
        return Vector(spacing * SIMD3((columnX * slope).sum(), (columnY * slope).sum(), (columnZ * slope).sum()))
    }

    /// The eight nodes round a continuous index, which must lie within the grid.
    @inlinable @inline(__always) func cell(at index: SIMD3<Double>) -> TrilinearCell {
        // The base lies at least one node before the last on each axis, so all eight reads stay inside.
        let (i, j, k) = (min(Int(index.x), lastBase.x), min(Int(index.y), lastBase.y), min(Int(index.z), lastBase.z))
        let base = k * strideZ + j * strideY + i
        return volume.voxels.withUnsafeBufferPointer { v in
            TrilinearCell(
                v.baseAddress.unsafelyUnwrapped + base, strideY, strideZ, x: Float(index.x - Double(i)), y: Float(index.y - Double(j)),
                z: Float(index.z - Double(k)))
        }
    }
}

/// Eight neighbouring nodes and a position between them, each coordinate 0 to 1.
@usableFromInline struct TrilinearCell {
    // Differences along x at (y, z) = 00, 10, 01, 11, and the values interpolated along x there.
    @usableFromInline let dx: (Float, Float, Float, Float)
    @usableFromInline let v: (Float, Float, Float, Float)
    @usableFromInline let y: Float
    @usableFromInline let z: Float

    @inlinable @inline(__always) init(_ at: UnsafePointer<Float>, _ strideY: Int, _ strideZ: Int, x: Float, y: Float, z: Float) {
        let (a, b) = (at, at + strideY)
        let (c, d) = (at + strideZ, at + strideY + strideZ)
        dx = (a[1] - a[0], b[1] - b[0], c[1] - c[0], d[1] - d[0])
        v = (a[0] + dx.0 * x, b[0] + dx.1 * x, c[0] + dx.2 * x, d[0] + dx.3 * x)
        self.y = y
        self.z = z
    }

    @inlinable @inline(__always) var value: Double {
        let near = v.0 + (v.1 - v.0) * y
        let far = v.2 + (v.3 - v.2) * y
        return Double(near + (far - near) * z)
    }

    /// Change of the value per node along x, y and z.
    @inlinable @inline(__always) var slope: SIMD3<Double> {
        let near = dx.0 + (dx.1 - dx.0) * y
        let far = dx.2 + (dx.3 - dx.2) * y
        let alongY = (v.1 - v.0) + ((v.3 - v.2) - (v.1 - v.0)) * z
        let alongZ = (v.2 + (v.3 - v.2) * y) - (v.0 + (v.1 - v.0) * y)
        return SIMD3(Double(near + (far - near) * z), Double(alongY), Double(alongZ))
    }
}
