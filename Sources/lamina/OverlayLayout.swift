import Pictures
import Tracking

/// Where things lie in the picture of a frame: lines of text, a margin, the image enlarged so that the text can be read, a margin, lines of text.
struct OverlayLayout {
    /// Pixels of the picture to one of the image: a whole number, or one over it for images that are too large.
    let enlargement: Double
    let imageSize: SIMD2<Int>
    /// Pixels of the picture to a side of one of the font's.
    let factor: Int
    private let width: Int

    init(image size: SIMD2<Int>) {
        let longest = max(size.x, size.y)
        if longest > Self.largestImage {
            enlargement = 1 / Double((longest + Self.largestImage - 1) / Self.largestImage)
        } else {
            enlargement = Double(max(1, min((Self.usualWidth + size.x - 1) / size.x, Self.largestImage / longest)))
        }
        imageSize = SIMD2(
            max(1, Int(Double(size.x) * enlargement)), max(1, Int(Double(size.y) * enlargement)))
        width = max(imageSize.x, Self.leastWidth)
        factor = max(1, width / Self.leastWidth)
    }

    /// Of the image in the picture; PNG and memory take more than the second.
    private static let usualWidth = 1024
    private static let largestImage = 4096
    /// For lines of 64 characters.
    private static let leastWidth = 512

    var lineHeight: Int { (BitmapFont.rows + 3) * factor }
    /// Around the image, for a letter of twice the text's size.
    var margin: Int { (2 * BitmapFont.rows + 6) * factor }

    func size(head: Int, foot: Int) -> SIMD2<Int> {
        SIMD2(width + 2 * margin, (head + foot) * lineHeight + imageSize.y + 2 * margin + 2 * padding)
    }

    var headCorner: SIMD2<Int> { SIMD2(padding, padding) }
    func imageCorner(head: Int) -> SIMD2<Int> { SIMD2(margin, padding + head * lineHeight + margin) }
    func footCorner(head: Int) -> SIMD2<Int> { SIMD2(padding, padding + head * lineHeight + 2 * margin + imageSize.y) }
    private var padding: Int { 4 * factor }

    /// Of a pixel of the image, in the picture, from the image's corner.
    func place(of pixel: SIMD2<Double>) -> SIMD2<Double> { (pixel + 0.5) * enlargement - 0.5 }

    /// The picture's pixels on the detector.
    var raster: DetectorRaster {
        DetectorRaster(first: SIMD2(repeating: 0.5 / enlargement - 0.5), step: 1 / enlargement, size: imageSize)
    }

    /// The corner of a name at the height of a vertebra's middle, beside what is seen of it there; below it where the spine lies along the rows. Nil where nothing of it
    /// is seen.
    ///
    /// - Parameter mask: where it is seen, of the enlarged image.
    func label(of text: String, at pixel: SIMD2<Double>, besides mask: [Bool], spineIsUpright: Bool) -> SIMD2<Int>? {
        let (along, across) = spineIsUpright ? (1, 0) : (0, 1)
        let (extent, gap) = (PictureCanvas.extent(of: text, factor: factor), 4 * factor)
        let middle = max(0, min(Double(imageSize[along] - 1), self.place(of: pixel)[along]))
        let band = max(0, Int(middle) - extent[along] / 2)..<min(imageSize[along], Int(middle) + extent[along] / 2 + 1)
        let strides = [1, imageSize.x]
        let seen = (0..<imageSize[across]).filter { n in band.contains { mask[n * strides[across] + $0 * strides[along]] } }
        guard let first = seen.first, let last = seen.last else { return nil }
        var place = SIMD2(0, 0)
        place[along] = band.lowerBound
        place[across] = last + gap + extent[across] <= imageSize[across] ? last + gap : first - gap - extent[across]
        return SIMD2(max(0, min(place.x, imageSize.x - extent.x)), max(0, min(place.y, imageSize.y - extent.y)))
    }
}

extension OverlayLayout {
    /// Text of one colour.
    struct Words {
        var text: String
        var colour: Colour

        init(_ text: String, _ colour: Colour) { (self.text, self.colour) = (text, colour) }
    }

    /// Lines that fit the picture: those of one colour that are too long are broken between words.
    func wrapped(_ lines: [[Words]]) -> [[Words]] {
        lines.flatMap { line in line.count == 1 ? broken(line[0].text).map { [Words($0, line[0].colour)] } : [line] }
    }

    private func broken(_ text: String) -> [String] {
        let most = width / (BitmapFont.columns * factor)
        return text.split(separator: " ", omittingEmptySubsequences: false).reduce(into: []) { lines, word in
            if let last = lines.last, last.count + 1 + word.count <= most {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
    }

    func write(_ lines: [[Words]], at corner: SIMD2<Int>, on canvas: inout PictureCanvas) {
        for (n, line) in lines.enumerated() {
            var place = corner &+ SIMD2(0, n * lineHeight)
            for words in line {
                canvas.write(words.text, at: place, words.colour, factor: factor)
                place.x += PictureCanvas.extent(of: words.text + "  ", factor: factor).x
            }
        }
    }
}
