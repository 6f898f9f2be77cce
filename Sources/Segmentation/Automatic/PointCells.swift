import Frames

/// Points by cubes of space, to find neighbours.
struct PointCells {
    private let width: Double
    private var cells: [SIMD3<Int32>: [Int]] = [:]

    init(_ points: [Point<Patient>], width: Double) {
        self.width = width
        for (index, point) in points.enumerated() { cells[cell(point), default: []].append(index) }
    }

    private func cell(_ point: Point<Patient>) -> SIMD3<Int32> { SIMD3<Int32>((point.xyz / width).rounded(.down)) }

    /// Every point in the cube of a place and in the 26 around it, in a fixed order.
    func forEach(near point: Point<Patient>, _ body: (Int) -> Void) {
        let middle = cell(point)
        for z in -1...1 {
            for y in -1...1 {
                for x in -1...1 {
                    guard let some = cells[middle &+ SIMD3(Int32(x), Int32(y), Int32(z))] else { continue }
                    for index in some { body(index) }
                }
            }
        }
    }
}
