import Foundation
import ImageFiles
import Pictures

/// A picture as part of the page: a PNG in a data URI.
struct EmbeddedPicture: Sendable {
    let figure: Markup

    /// - Parameter text: what it shows, for who cannot see it.
    /// - Throws: `ImageFileError.unwritable` for more pixels than a PNG may have.
    init(_ canvas: PictureCanvas, title: String, caption: String, text: String) throws {
        let source = Markup(trusted: try canvas.png().base64EncodedString())
        figure = """
            <figure><img src="data:image/png;base64,\(source)" width="\(canvas.size.x)" height="\(canvas.size.y)" alt="\(text)"><figcaption><strong>\(title)</strong>: \(caption).</figcaption></figure>
            """
    }
}

extension PictureCanvas {
    /// - Throws: `ImageFileError.unwritable` for more pixels than a PNG may have.
    func png() throws -> Data { try encodedPNG(rgb: pixels, columns: size.x, rows: size.y) }
}
