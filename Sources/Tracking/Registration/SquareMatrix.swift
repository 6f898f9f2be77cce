import Frames

/// A small dense square matrix, row-major: the information or covariance of a few poses.
struct SquareMatrix: Equatable, Sendable {
    let order: Int
    var values: [Double]

    init(order: Int) { (self.order, values) = (order, [Double](repeating: 0, count: order * order)) }

    subscript(row: Int, column: Int) -> Double {
        @inline(__always) get { values[row * order + column] }
        @inline(__always) set { values[row * order + column] = newValue }
    }

    static func + (a: SquareMatrix, b: SquareMatrix) -> SquareMatrix {
        var sum = a
        for n in sum.values.indices { sum.values[n] += b.values[n] }
        return sum
    }

    static func * (a: SquareMatrix, vector: [Double]) -> [Double] {
        (0..<a.order).map { row in (0..<a.order).reduce(0) { $0 + a[row, $1] * vector[$1] } }
    }

    static func * (a: SquareMatrix, b: SquareMatrix) -> SquareMatrix {
        var product = SquareMatrix(order: a.order)
        for row in 0..<a.order {
            for inner in 0..<a.order where a[row, inner] != 0 {
                for column in 0..<a.order { product[row, column] += a[row, inner] * b[inner, column] }
            }
        }
        return product
    }

    /// The inverse of a symmetric positive definite matrix.
    ///
    /// - Throws: `LinearAlgebraError.singular`.
    func inverse() throws -> SquareMatrix {
        var identity = SquareMatrix(order: order)
        for n in 0..<order { identity[n, n] = 1 }
        var result = SquareMatrix(order: order)
        result.values = try solvePositive(values, identity.values, columns: order)
        return result
    }

    /// The square block of `size` rows that begins at (row, column).
    func block(_ row: Int, _ column: Int, size: Int) -> SquareMatrix {
        var part = SquareMatrix(order: size)
        for i in 0..<size { for j in 0..<size { part[i, j] = self[row + i, column + j] } }
        return part
    }

    mutating func add(_ part: SquareMatrix, atRow row: Int, column: Int) {
        for i in 0..<part.order { for j in 0..<part.order { self[row + i, column + j] += part[i, j] } }
    }
}

extension SquareMatrix {
    func scaled(by factor: Double) -> SquareMatrix {
        var other = self
        for n in other.values.indices { other.values[n] *= factor }
        return other
    }
}
