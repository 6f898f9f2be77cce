import Testing

@testable import Pictures

@Suite struct BitmapFontTests {
    @Test func everyPrintableCharacterHasItsOwnGlyph() {
        let glyphs = (33...126).map { Array(BitmapFont.glyph(Character(Unicode.Scalar(UInt8($0))))) }
        #expect(Set(glyphs).count == glyphs.count && glyphs.allSatisfy { $0.count == BitmapFont.rows && $0.contains { $0 != 0 } })
        #expect(Array(BitmapFont.glyph("ä")) == Array(BitmapFont.glyph("?")))
    }
}
