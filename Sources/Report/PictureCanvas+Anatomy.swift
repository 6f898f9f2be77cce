import Foundation
import Pictures

/// How a line is broken, so that it is known without its colour.
enum Dash {
    case none, dashes, dots

    func shows(_ place: SIMD2<Int>) -> Bool {
        switch self {
        case .none: true
        case .dashes: (place.x + place.y) % 12 < 8
        case .dots: (place.x + place.y) % 4 < 2
        }
    }
}

extension PictureCanvas {
    /// The border of where a field is negative.
    ///
    /// - Parameters:
    ///   - field: one value a pixel, row by row.
    ///   - width: 1, the innermost pixels within; 2, with those just outside.
    mutating func outline(_ field: [Float], _ colour: Colour, dash: Dash = .none, width: Int = 1) {
        precondition(field.count == size.x * size.y, "one value for each pixel")
        func isInside(_ x: Int, _ y: Int) -> Bool { field[y * size.x + x] < 0 }
        for y in 0..<size.y {
            for x in 0..<size.x {
                let inside = isInside(x, y)
                guard inside || width > 1, dash.shows(SIMD2(x, y)) else { continue }
                let isBorder =
                    x > 0 && isInside(x - 1, y) != inside || x + 1 < size.x && isInside(x + 1, y) != inside
                    || y > 0 && isInside(x, y - 1) != inside || y + 1 < size.y && isInside(x, y + 1) != inside
                if isBorder { set(SIMD2(x, y), colour) }
            }
        }
    }

    /// A white plus (upright) or cross with a black rim.
    mutating func mark(_ place: SIMD2<Double>, upright: Bool) {
        let arms = upright ? [SIMD2(1.0, 0), SIMD2(0, 1.0)] : [SIMD2(0.75, 0.75), SIMD2(0.75, -0.75)]
        for (colour, width, reach) in [(Colour.black, 4, 9.0), (.white, 2, 8.0)] {
            for arm in arms { line(place - reach * arm, place + reach * arm, colour, width: width) }
        }
    }

    mutating func ring(_ place: SIMD2<Double>, radius: Double, _ colour: Colour) {
        for step in 0..<24 {
            let angle = Double(step) * .pi / 12
            let at = place + radius * SIMD2(cos(angle), sin(angle))
            if at.x.isFinite, at.y.isFinite, abs(at.x) < 1e6, abs(at.y) < 1e6 {
                set(SIMD2(Int(at.x.rounded()), Int(at.y.rounded())), colour)
            }
        }
    }

    /// The patient's sides at the middle of each edge, white on black.
    mutating func writeLetters(of plane: PicturePlane) {
        let factor = 2
        func put(_ text: String, _ place: (SIMD2<Int>) -> SIMD2<Int>) {
            write(text, at: place(Self.extent(of: text, factor: factor)), .white, factor: factor)
        }
        put(patientLetters(-plane.right)) { SIMD2(2, (size.y - $0.y) / 2) }
        put(patientLetters(plane.right)) { SIMD2(size.x - $0.x - 2, (size.y - $0.y) / 2) }
        put(patientLetters(-plane.down)) { SIMD2((size.x - $0.x) / 2, 2) }
        put(patientLetters(plane.down)) { SIMD2((size.x - $0.x) / 2, size.y - $0.y - 2) }
    }

    /// A bar of so many millimetres with its length beneath, in the lower right corner.
    mutating func writeScale(millimetres: Int, pixel: Double) {
        let text = "\(millimetres) mm"
        let words = Self.extent(of: text, factor: 1)
        let bar = SIMD2(Int((Double(millimetres) / pixel).rounded()), 3)
        let ground = SIMD2(max(bar.x, words.x) + 8, words.y + bar.y + 8)
        let corner = size &- ground &- 2
        fill(corner, ground, .black)
        fill(corner &+ SIMD2((ground.x - bar.x) / 2, 3), bar, .white)
        write(text, at: corner &+ SIMD2((ground.x - words.x) / 2, bar.y + 5), .white, factor: 1)
    }
}
