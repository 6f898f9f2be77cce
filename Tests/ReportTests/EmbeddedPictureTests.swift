import Foundation
import Pictures
import Testing

@testable import Report

@Suite struct EmbeddedPictureTests {
    @Test func aPNGInItsPlaceWithWords() throws {
        let html = try EmbeddedPicture(PictureCanvas(size: SIMD2(7, 5)), title: "Axial", caption: "<here>", text: "\"quoted\"").figure.html
        #expect(html.contains("width=\"7\" height=\"5\" alt=\"&quot;quoted&quot;\"") && html.contains("&lt;here&gt;"))
        let source = try #require(html.components(separatedBy: "base64,").last?.split(separator: "\"").first)
        #expect(try #require(Data(base64Encoded: String(source))).starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }
}
