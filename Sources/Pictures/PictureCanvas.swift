/// A picture in colour that is drawn on, pixel by pixel: no smoothing, so that the same drawing gives the same bytes.
///
/// Places are pixels: (0, 0) is the first of the top row. What lies outside is left out.
public struct PictureCanvas: Sendable {
    public let size: SIMD2<Int>
    /// Red, green, blue of each pixel, row by row.
    public private(set) var pixels: [UInt8]

    /// All black.
    public init(size: SIMD2<Int>) {
        self.size = size
        pixels = [UInt8](repeating: 0, count: 3 * size.x * size.y)
    }

    public mutating func set(_ place: SIMD2<Int>, _ colour: Colour) {
        guard place.x >= 0, place.y >= 0, place.x < size.x, place.y < size.y else { return }
        let n = 3 * (place.y * size.x + place.x)
        (pixels[n], pixels[n + 1], pixels[n + 2]) = (colour.x, colour.y, colour.z)
    }

    /// A rectangle from its upper left pixel.
    public mutating func fill(_ corner: SIMD2<Int>, _ extent: SIMD2<Int>, _ colour: Colour) {
        for y in max(0, corner.y)..<max(0, corner.y, min(size.y, corner.y + extent.y)) {
            for x in max(0, corner.x)..<max(0, corner.x, min(size.x, corner.x + extent.x)) { set(SIMD2(x, y), colour) }
        }
    }

    /// A straight line, `width` pixels wide, with one dot for each pixel along its longer direction.
    public mutating func line(_ from: SIMD2<Double>, _ to: SIMD2<Double>, _ colour: Colour, width: Int = 1) {
        guard let (from, to) = clipped(from, to) else { return }
        let way = to - from
        let steps = max(1, Int(max(abs(way.x), abs(way.y)).rounded(.up)))
        for step in 0...steps {
            let place = from + way * (Double(step) / Double(steps)) - Double(width - 1) / 2
            fill(SIMD2(Int(place.x.rounded()), Int(place.y.rounded())), SIMD2(width, width), colour)
        }
    }

    /// The part of a line that lies on the picture; nil where there is none, also for ends that are no numbers.
    ///
    /// Source: Liang and Barsky 1984, ACM Trans. Graph. 3(1).
    private func clipped(_ from: SIMD2<Double>, _ to: SIMD2<Double>) -> (SIMD2<Double>, SIMD2<Double>)? {
        let way = to - from
        guard from.x.isFinite, from.y.isFinite, way.x.isFinite, way.y.isFinite else { return nil }
        var (enters, leaves) = (0.0, 1.0)
        for axis in 0..<2 {
            let last = Double(size[axis] - 1)
            guard way[axis] != 0 else {
                if from[axis] < 0 || from[axis] > last { return nil }
                continue
            }
            let (one, other) = (-from[axis] / way[axis], (last - from[axis]) / way[axis])
            enters = max(enters, min(one, other))
            leaves = min(leaves, max(one, other))
        }
        return enters <= leaves ? (from + enters * way, from + leaves * way) : nil
    }

    /// One line of text on a ground of its own, from the upper left pixel of its first character.
    ///
    /// - Parameter factor: pixels of the picture to a side of one of the font's.
    public mutating func write(_ text: String, at corner: SIMD2<Int>, _ colour: Colour, on ground: Colour = .black, factor: Int) {
        fill(corner, Self.extent(of: text, factor: factor), ground)
        for (n, character) in text.enumerated() {
            for (y, bits) in BitmapFont.glyph(character).enumerated() {
                for x in 0..<BitmapFont.columns where bits & (0x80 >> UInt8(x)) != 0 {
                    let place = SIMD2(n * BitmapFont.columns + x, y) &* factor
                    fill(corner &+ place, SIMD2(factor, factor), colour)
                }
            }
        }
    }

    /// Of written text, pixels.
    public static func extent(of text: String, factor: Int) -> SIMD2<Int> {
        SIMD2(text.count * BitmapFont.columns, BitmapFont.rows) &* factor
    }
}

/// Red, green, blue.
public typealias Colour = SIMD3<UInt8>

extension Colour {
    public static let black = Colour(0, 0, 0)
    public static let white = Colour(255, 255, 255)
    public static let yellow = Colour(255, 230, 0)
    public static let red = Colour(255, 90, 90)
    public static let green = Colour(60, 220, 90)
    public static let orange = Colour(255, 160, 40)
    public static let cyan = Colour(0, 230, 230)
    public static let magenta = Colour(240, 80, 240)
}
