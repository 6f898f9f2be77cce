import Foundation

extension Rotation {
    /// The same rotation as a unit quaternion x, y, z, w with w >= 0; at half a turn, where w is 0, the first of x, y, z that is not 0 is positive.
    ///
    /// - Source: Shepperd 1978: the largest component first, so that none is divided by a small number.
    public var quaternion: SIMD4<Double> {
        let (x, y, z) = columns
        let trace = x.x + y.y + z.z
        // Four times the square of each component.
        let squares = SIMD4(1 + 2 * x.x - trace, 1 + 2 * y.y - trace, 1 + 2 * z.z - trace, 1 + trace)
        let (xy, xz, yz) = (x.y + y.x, x.z + z.x, y.z + z.y)
        let (wx, wy, wz) = (y.z - z.y, z.x - x.z, x.y - y.x)
        let row: SIMD4<Double> =
            switch (0..<4).max(by: { squares[$0] < squares[$1] })! {
            case 0: SIMD4(squares.x, xy, xz, wx)
            case 1: SIMD4(xy, squares.y, yz, wy)
            case 2: SIMD4(xz, yz, squares.z, wz)
            default: SIMD4(wx, wy, wz, squares.w)
            }
        let unit = row / (row * row).sum().squareRoot()
        let leading = [unit.w, unit.x, unit.y, unit.z].first { $0 != 0 }!
        return leading < 0 ? -unit : unit
    }

    /// - Parameter quaternion: x, y, z, w.
    /// - Returns: nil where its length is not 1 within 1e-6.
    public init?(quaternion q: SIMD4<Double>) {
        let length = (q * q).sum().squareRoot()
        guard abs(length - 1) < 1e-6 else { return nil }
        let (x, y, z, w) = (q.x / length, q.y / length, q.z / length, q.w / length)
        self.init(
            unchecked: SIMD3(1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)),
            SIMD3(2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)),
            SIMD3(2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)))
    }
}
