import Foundation
import Protocols

/// What the numbers of an image mean.
struct PixelMeaning: Equatable, Sendable {
    var values: FluoroscopyValues
    /// The pixel value where nothing stands in the way; nil: taken from the image.
    var airValue: Double?
    /// The value of no X-rays at all, with `inverted`.
    var fullScale: Double?
}

/// Something about a frame that whoever uses it must know.
public enum FrameCause: String, Codable, Sendable {
    /// All pixels that X-rays could reach are black, have the same value, or are no numbers: nothing was exposed, or the detector failed. Then no pixel
    /// has a value.
    case noSignal = "no_signal"
}

/// I / I0 of each pixel, NaN outside the field.
///
/// I0 is the air's value; where it is not known, the greatest mean of 5 x 5 pixels, so that single hot pixels and noise do not count. An image that shows
/// no air then has too small an I0, which scales all transmissions alike: a constant in their logarithm.
///
/// - Parameters:
///   - image: row by row, in the numbers of the file.
///   - field: whether X-rays reach each pixel; nil: all.
/// - Returns: as many transmissions, never negative, over 1 where noise or a false air value makes them so; and a cause where there is no signal.
/// - Complexity: O(pixels).
func transmission(
    of image: [Float], columns: Int, field: [Bool]?, meaning: PixelMeaning
) -> (values: [Float], cause: FrameCause?) {
    var values = image
    var lowest = Float.infinity
    var highest = -Float.infinity
    for n in values.indices {
        guard values[n].isFinite, field?[n] ?? true else {
            values[n] = .nan
            continue
        }
        lowest = min(lowest, values[n])
        highest = max(highest, values[n])
    }
    let nothing = ([Float](repeating: .nan, count: image.count), FrameCause.noSignal)
    guard lowest < highest else { return nothing }

    switch meaning.values {
    case .lineIntegral:
        for n in values.indices { values[n] = exp(-values[n]) }
        return (values, nil)
    case .inverted:
        let fullScale = Float(meaning.fullScale ?? 0)
        for n in values.indices { values[n] = fullScale - values[n] }
    case .intensity: break
    }
    let known = meaning.airValue.map { meaning.values == .inverted ? (meaning.fullScale ?? 0) - $0 : $0 }
    let air = known.map { Float($0) } ?? greatestSmoothed(values, columns: columns)
    guard air > 0, air.isFinite, values.contains(where: { $0 > 0 }) else { return nothing }
    let perAir = 1 / air
    // NaN stays NaN: the comparison is false for it.
    for n in values.indices { values[n] = values[n] < 0 ? 0 : values[n] * perAir }
    return (values, nil)
}

/// The greatest mean of a 5 x 5 window of which more than half has values; of any window that has one, in an image too small or too torn for that.
private func greatestSmoothed(_ values: [Float], columns: Int) -> Float {
    let rows = values.count / columns
    let reach = 2
    // Sums and counts of each column over the rows of the window, moved down row by row.
    var sums = [Double](repeating: 0, count: columns)
    var counts = [Int](repeating: 0, count: columns)
    func add(_ row: Int, _ sign: Double) {
        for u in 0..<columns {
            let value = values[row * columns + u]
            if value.isFinite {
                sums[u] += sign * Double(value)
                counts[u] += sign > 0 ? 1 : -1
            }
        }
    }
    for row in 0..<min(reach, rows) { add(row, 1) }
    var full = -Double.infinity
    var any = -Double.infinity
    for v in 0..<rows {
        if v + reach < rows { add(v + reach, 1) }
        if v - reach - 1 >= 0 { add(v - reach - 1, -1) }
        var sum = 0.0
        var count = 0
        for u in 0..<min(reach, columns) { (sum, count) = (sum + sums[u], count + counts[u]) }
        for u in 0..<columns {
            if u + reach < columns { (sum, count) = (sum + sums[u + reach], count + counts[u + reach]) }
            if u - reach - 1 >= 0 { (sum, count) = (sum - sums[u - reach - 1], count - counts[u - reach - 1]) }
            if count > 0 { any = max(any, sum / Double(count)) }
            if count > 12 { full = max(full, sum / Double(count)) }
        }
    }
    return Float(full > 0 ? full : any)
}
