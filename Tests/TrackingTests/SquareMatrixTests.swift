import Testing

@testable import Tracking

struct SquareMatrixTests {
    @Test func aMatrixTimesItsInverseIsOne() throws {
        var matrix = SquareMatrix(order: 3)
        matrix.values = [4, 1, 0.5, 1, 3, -0.2, 0.5, -0.2, 2]
        let product = matrix * (try matrix.inverse())
        for i in 0..<3 { for j in 0..<3 { #expect(abs(product[i, j] - (i == j ? 1 : 0)) < 1e-12) } }
    }

    @Test func blocksAreCutAndAdded() {
        var matrix = SquareMatrix(order: 4)
        var part = SquareMatrix(order: 2)
        part.values = [1, 2, 3, 4]
        matrix.add(part, atRow: 1, column: 2)
        #expect(matrix.block(1, 2, size: 2) == part)
        #expect(matrix[1, 3] == 2 && matrix[2, 2] == 3 && matrix[0, 0] == 0)
        #expect(matrix.scaled(by: 2)[2, 3] == 8)
        #expect(matrix.transposed[3, 1] == 2)
        #expect(part * [1, -1] == [-1, -1])
    }
}
