/// Points that can be asked for the nearest of them: a k-d tree.
///
/// Its cost depends on the surfaces only, where a distance map's grows with the box round both, which stray voxels can stretch over the whole image.
/// Source: Friedman, Bentley and Finkel, "An algorithm for finding best matches in logarithmic expected time", ACM TOMS 3 (1977).
struct PointTree {
    /// A range of points is split at its middle one, with those below it along the middle's axis before it, and those above behind.
    private var points: [SIMD3<Double>]
    private var axes: [Int8]

    /// Ranges of no more points than this are looked through.
    fileprivate static let leafSize = 8

    /// Complexity: O(n log n) on average.
    init(_ points: [SIMD3<Double>]) {
        self.points = points
        axes = Array(repeating: 0, count: points.count)
        split(0..<points.count)
    }

    /// The exact distance from each query to the nearest point; infinity when there are no points.
    ///
    /// Fastest when queries that follow one another lie side by side. Complexity: O(log n) a query where they lie near the points.
    func distances(from queries: [SIMD3<Double>]) -> [Double] {
        guard let first = points.first else { return Array(repeating: .infinity, count: queries.count) }
        return points.withUnsafeBufferPointer { points in
            axes.withUnsafeBufferPointer { axes in
                var search = Search(points: points, axes: axes, nearest: first)
                return queries.map { search.distance(from: $0) }
            }
        }
    }

    private mutating func split(_ range: Range<Int>) {
        guard range.count > Self.leafSize else { return }
        let middle = (range.lowerBound + range.upperBound) / 2
        let axis = widestAxis(of: range)
        axes[middle] = Int8(axis)
        select(middle, in: range, axis: axis)
        split(range.lowerBound..<middle)
        split((middle + 1)..<range.upperBound)
    }

    private func widestAxis(of range: Range<Int>) -> Int {
        let first = points[range.lowerBound]
        let (lower, upper) = points[range].reduce((first, first)) { (pointwiseMin($0.0, $1), pointwiseMax($0.1, $1)) }
        let extent = upper - lower
        return extent.x >= extent.y && extent.x >= extent.z ? 0 : extent.y >= extent.z ? 1 : 2
    }

    /// Moves the point that would stand at `middle` after sorting to its place, lower ones before it and higher ones behind (Hoare's quickselect).
    private mutating func select(_ middle: Int, in range: Range<Int>, axis: Int) {
        var (low, high) = (range.lowerBound, range.upperBound - 1)
        while low < high {
            let pivot = points[(low + high) / 2][axis]
            var (i, j) = (low, high)
            while i <= j {
                while points[i][axis] < pivot { i += 1 }
                while points[j][axis] > pivot { j -= 1 }
                guard i <= j else { break }
                points.swapAt(i, j)
                i += 1
                j -= 1
            }
            if middle <= j { high = j } else if middle >= i { low = i } else { return }
        }
    }
}

/// One walk through the tree after another, each starting from what the last one found.
private struct Search {
    let points: UnsafeBufferPointer<SIMD3<Double>>
    let axes: UnsafeBufferPointer<Int8>
    var nearest: SIMD3<Double>
    private var query = SIMD3<Double>()
    private var least = Double.infinity

    init(points: UnsafeBufferPointer<SIMD3<Double>>, axes: UnsafeBufferPointer<Int8>, nearest: SIMD3<Double>) {
        self.points = points
        self.axes = axes
        self.nearest = nearest
    }

    mutating func distance(from query: SIMD3<Double>) -> Double {
        self.query = query
        least = .infinity
        consider(nearest)
        visit(0, points.count)
        return least.squareRoot()
    }

    private mutating func visit(_ start: Int, _ end: Int) {
        guard end - start > PointTree.leafSize else {
            for at in start..<end { consider(points[at]) }
            return
        }
        let middle = (start + end) / 2
        consider(points[middle])
        let axis = Int(axes[middle])
        let beyond = query[axis] - points[middle][axis]
        if beyond < 0 { visit(start, middle) } else { visit(middle + 1, end) }
        guard beyond * beyond < least else { return }
        if beyond < 0 { visit(middle + 1, end) } else { visit(start, middle) }
    }

    private mutating func consider(_ point: SIMD3<Double>) {
        let off = point - query
        let square = (off * off).sum()
        guard square < least else { return }
        least = square
        nearest = point
    }
}
