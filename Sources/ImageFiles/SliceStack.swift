import Foundation
import Frames

/// The order and the spacing of parallel slices, from their positions alone.
struct SliceStack: Equatable {
    /// The slices to keep, by index, along the normal.
    var order: [Int]
    /// Slices at the same place as one that is kept.
    var duplicates: [Duplicate] = []
    struct Duplicate: Equatable {
        var kept: Int
        var other: Int
        /// Along the normal, mm.
        var position: Double
    }
    /// Distances of the kept slices from the first, along the normal, mm.
    var heights: [Double]
    /// Shifts of the kept slices against the first along the row and column directions, mm.
    var shifts: [SIMD2<Double>]
    /// The mean distance between slices, mm.
    var spacing: Double
    var isTilted: Bool
    /// The angle between the normal and the line through the positions, radians.
    var tilt: Double
    /// How far a slice lies from its place on the even grid, along the normal, mm.
    var unevenness: Double
    var gaps: [SliceGap]

    /// Whether the slices may be treated as evenly spaced: each within 0.1 mm (a quarter of the spacing for very thin slices) of its
    /// place, so that positions rounded to 0.1 mm pass and a missing slice never does.
    var isEven: Bool { unevenness <= min(0.1, spacing / 4) }
    var smallestGap: Double { zip(heights.dropFirst(), heights).map { $0 - $1 }.min() ?? 0 }
    var largestGap: Double { zip(heights.dropFirst(), heights).map { $0 - $1 }.max() ?? 0 }
}

/// Slices closer than this along the normal are at the same place; CT slices are 0.1 mm apart at the least.
private let samePlace = 0.01
/// Slices this close to a line are on it.
private let onLine = 0.1

/// Sorts slices along `row x column` and measures their spacing, doubles and tilt. Names and instance numbers play no part.
///
/// Frames: Patient. Units: mm. Returns nil for fewer than two places. Complexity: O(n log n).
/// Throws: `ImageFileError.wanderingSlices` where the slices' corners are not on a line.
func stackSlices(_ positions: [SIMD3<Double>], row: SIMD3<Double>, column: SIMD3<Double>) throws -> SliceStack? {
    let normal = row.cross(column)
    let heights = positions.map { ($0 * normal).sum() }
    var order: [Int] = []
    var duplicates: [SliceStack.Duplicate] = []
    for slice in positions.indices.sorted(by: { (heights[$0], $0) < (heights[$1], $1) }) {
        if let last = order.last, heights[slice] - heights[last] < samePlace {
            duplicates.append(.init(kept: last, other: slice, position: heights[slice]))
        } else {
            order.append(slice)
        }
    }
    guard order.count > 1 else { return nil }
    let first = order[0]
    func shift(_ slice: Int) -> SIMD2<Double> {
        let d = positions[slice] - positions[first]
        return SIMD2((d * row).sum(), (d * column).sum())
    }
    let kept = order.map { heights[$0] - heights[first] }
    let shifts = order.map(shift)
    for duplicate in duplicates {
        let offset = shift(duplicate.other) - shift(duplicate.kept)
        guard offset.length <= onLine else { throw ImageFileError.wanderingSlices(offsetMM: offset.length) }
    }
    let top = kept[kept.count - 1]
    let slope = shifts[shifts.count - 1] / top
    let worst = zip(shifts, kept).map { ($0 - $1 * slope).length }.max() ?? 0
    guard worst <= onLine else { throw ImageFileError.wanderingSlices(offsetMM: worst) }
    let spacing = top / Double(kept.count - 1)
    let unevenness = kept.enumerated().map { abs($1 - Double($0) * spacing) }.max() ?? 0
    return SliceStack(
        order: order, duplicates: duplicates, heights: kept, shifts: shifts, spacing: spacing,
        isTilted: (shifts.map(\.length).max() ?? 0) > onLine, tilt: atan(slope.length), unevenness: unevenness,
        gaps: oddGaps(kept, offset: heights[first]))
}

/// The gaps that differ from the median by more than a tenth, or the most different one where none does.
private func oddGaps(_ heights: [Double], offset: Double) -> [SliceGap] {
    let median = medianGap(heights)
    let differences = zip(heights, heights.dropFirst()).map { abs($1 - $0 - median) }
    let limit = min(median / 10, differences.max() ?? 0)
    return zip(heights, heights.dropFirst()).compactMap { below, above in
        let gap = above - below
        guard abs(gap - median) >= limit, limit > 0 else { return nil }
        let multiple = (gap / median).rounded()
        let isMultiple = multiple >= 2 && abs(gap / median - multiple) < 0.1
        return SliceGap(fromMM: offset + below, toMM: offset + above, missing: isMultiple ? Int(multiple) - 1 : 0)
    }
}

/// The median distance between neighbours of sorted heights.
func medianGap(_ heights: [Double]) -> Double {
    let gaps = zip(heights.dropFirst(), heights).map { $0 - $1 }.sorted()
    return gaps.isEmpty ? 0 : gaps[gaps.count / 2]
}

extension SIMD2<Double> {
    fileprivate var length: Double { (self * self).sum().squareRoot() }
}
