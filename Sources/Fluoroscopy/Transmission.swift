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

extension PixelMeaning {
    init(_ view: FluoroscopyView) { self.init(values: view.values, airValue: view.airValue, fullScale: view.fullScale) }
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
/// - Returns: as many transmissions, never negative, over 1 where noise or a false air value makes them so, NaN beyond a million; and a cause where there is no signal.
/// - Complexity: O(pixels).
func transmission(
    of image: [Float], columns: Int, field: [Bool]?, meaning: PixelMeaning
) -> (values: [Float], cause: FrameCause?) {
    precondition(columns > 0 && image.count % columns == 0 && (field?.count ?? image.count) == image.count, "one value for each pixel")
    var values = image
    if let field {
        for n in values.indices where !field[n] { values[n] = .nan }
    }
    let (lowest, highest) = range(of: &values)
    let nothing = ([Float](repeating: .nan, count: image.count), FrameCause.noSignal)
    guard lowest < highest else { return nothing }

    switch meaning.values {
    case .lineIntegral:
        for n in values.indices { values[n] = possibleShare(exp(-values[n])) }
        return values.contains(where: { $0 > 0 }) ? (values, nil) : nothing
    case .inverted:
        let fullScale = Float(meaning.fullScale ?? 0)
        for n in values.indices { values[n] = fullScale - values[n] }
    case .intensity: break
    }
    let known = meaning.airValue.map { meaning.values == .inverted ? (meaning.fullScale ?? 0) - $0 : $0 }
    let air = known.map { Float($0) } ?? greatestSmoothed(values, columns: columns)
    guard air > 0, air.isFinite else { return nothing }
    let perAir = 1 / air
    // NaN stays NaN: the comparison is false for it.
    values.withUnsafeMutableBufferPointer { values in
        for n in values.indices { values[n] = values[n] < 0 ? 0 : possibleShare(values[n] * perAir) }
    }
    return values.contains(where: { $0 > 0 }) ? (values, nil) : nothing
}

/// NaN where a share is beyond all that noise and a false air value make: one such pixel would be more than all others together, or leave what a number holds.
@inline(__always) private func possibleShare(_ share: Float) -> Float { share <= 1e6 ? share : .nan }

/// The range of what is finite, and the rest made NaN; nothing finite gives infinity and its negative.
private func range(of values: inout [Float]) -> (lowest: Float, highest: Float) {
    var lowest = Float.infinity
    var highest = -Float.infinity
    values.withUnsafeMutableBufferPointer { values in
        for n in values.indices {
            let value = values[n]
            let isFinite = value - value == 0
            values[n] = isFinite ? value : .nan
            lowest = isFinite && value < lowest ? value : lowest
            highest = isFinite && value > highest ? value : highest
        }
    }
    return (lowest, highest)
}

/// The greatest mean of a 5 x 5 window of which more than half has values; of any window that has one, in an image too small or too torn for that.
private func greatestSmoothed(_ values: [Float], columns: Int) -> Float {
    let rows = values.count / columns
    let reach = 2
    // Sums and counts of each column over the rows of the window, with empty columns on both sides.
    var sums = [Float](repeating: 0, count: columns + 2 * reach)
    var counts = sums
    var full = -Float.infinity
    var any = -Float.infinity
    values.withUnsafeBufferPointer { values in
        sums.withUnsafeMutableBufferPointer { sums in
            counts.withUnsafeMutableBufferPointer { counts in
                for v in 0..<rows {
                    for u in 0..<columns { (sums[u + reach], counts[u + reach]) = (0, 0) }
                    for row in max(0, v - reach)...min(rows - 1, v + reach) {
                        for u in 0..<columns {
                            let value = values[row * columns + u]
                            let isNumber = value == value
                            sums[u + reach] += isNumber ? value : 0
                            counts[u + reach] += isNumber ? 1 : 0
                        }
                    }
                    for u in 0..<columns {
                        let sum = sums[u] + sums[u + 1] + sums[u + 2] + sums[u + 3] + sums[u + 4]
                        let count = counts[u] + counts[u + 1] + counts[u + 2] + counts[u + 3] + counts[u + 4]
                        let mean = sum / max(count, 1)
                        any = count > 0 && mean > any ? mean : any
                        full = count > 12 && mean > full ? mean : full
                    }
                }
            }
        }
    }
    return full > 0 ? full : any
}
