/// A bitmap font: Misc Fixed Bold, 8 x 13 pixels, the printable characters of ASCII.
///
/// Text in pictures must look the same on every machine, without a font that may not be there, so that the glyphs stand here: those of `8x13B.pcf` in Debian's
/// xfonts-base, which says of itself: "Public domain font.  Share and enjoy."
public enum BitmapFont {
    public static let columns = 8
    public static let rows = 13

    /// The rows of a character from the top, the highest bit leftmost; of what is not ASCII, those of "?".
    static func glyph(_ character: Character) -> ArraySlice<UInt8> {
        let code = character.asciiValue.flatMap { (32...126).contains($0) ? Int($0) : nil } ?? Int(UInt8(ascii: "?"))
        return bitmaps[((code - 32) * rows)..<((code - 31) * rows)]
    }

    /// Of all characters, one after another.
    private static let bitmaps: [UInt8] = hexadecimal.flatMap { glyph in
        stride(from: 0, to: 2 * rows, by: 2).map { n in UInt8(glyph.dropFirst(n).prefix(2), radix: 16)! }
    }
}

/// From the space to the tilde, two digits a row.
private let hexadecimal = [
    "00000000000000000000000000",  //
    "00181818181818180018180000",  // !
    "006c6c6c6c0000000000000000",  // "
    "00006c6cfefe6cfefe6c6c0000",  // #
    "00107cd6d0f07c1e16d67c1000",  // $
    "00e6a6ec181830306ecace0000",  // %
    "0000000078cccc78cecc7e0000",  // &
    "00181818180000000000000000",  // '
    "000c1830306060603030180c00",  // (
    "00603018180c0c0c1818306000",  // )
    "0000001010fe38386c44000000",  // *
    "00000018187e7e181800000000",  // +
    "000000000000003c1c1c183000",  // ,
    "0000000000007e000000000000",  // -
    "0000000000000000183c180000",  // .
    "000206060c183060c0c0800000",  // /
    "00386cc6c6c6c6c6c66c380000",  // 0
    "001838781818181818187e0000",  // 1
    "007cc6c6060c183060c0fe0000",  // 2
    "00fe060c183c060606c67c0000",  // 3
    "000c1c3c6cccccfe0c0c0c0000",  // 4
    "00fec0c0fce6060606c67c0000",  // 5
    "003c60c0c0fce6c6c6e67c0000",  // 6
    "00fe06060c1818303030300000",  // 7
    "007cc6c6c67cc6c6c6c67c0000",  // 8
    "007ccec6c6ce7e06060c780000",  // 9
    "000000183c180000183c180000",  // :
    "000000183c18003c1c1c183000",  // ;
    "0000060c18306030180c060000",  // <
    "00000000007e00007e00000000",  // =
    "00006030180c060c1830600000",  // >
    "007cc6c6060c18180018180000",  // ?
    "00007cfeceded2d2dee07e0000",  // @
    "00387cc6c6c6fec6c6c6c60000",  // A
    "00fc6666667c66666666fc0000",  // B
    "007ce6c6c0c0c0c0c6e67c0000",  // C
    "00fc6666666666666666fc0000",  // D
    "00fec0c0c0f8c0c0c0c0fe0000",  // E
    "00fec0c0c0f8c0c0c0c0c00000",  // F
    "007cc6c6c0c0c0cec6c67c0000",  // G
    "00c6c6c6c6fec6c6c6c6c60000",  // H
    "003c18181818181818183c0000",  // I
    "000e060606060606c6c67c0000",  // J
    "00c6c6ccd8f0f0d8ccc6c60000",  // K
    "00c0c0c0c0c0c0c0c0c2fe0000",  // L
    "00c6c6eefed6c6c6c6c6c60000",  // M
    "00c6c6e6e6f6dececec6c60000",  // N
    "007cc6c6c6c6c6c6c6c67c0000",  // O
    "00fcc6c6c6c6fcc0c0c0c00000",  // P
    "007cc6c6c6c6c6c6c6de7c0600",  // Q
    "00fcc6c6c6fcf8ccccc6c60000",  // R
    "007cc6c6c07c0606c6c67c0000",  // S
    "007e1818181818181818180000",  // T
    "00c6c6c6c6c6c6c6c6c67c0000",  // U
    "00c6c6c6c6446c6c3838100000",  // V
    "00c6c6c6c6c6c6d6d6fe6c0000",  // W
    "00c6c66c6c38386c6cc6c60000",  // X
    "006666663c3c18181818180000",  // Y
    "00fe06060c183060c0c0fe0000",  // Z
    "007c6060606060606060607c00",  // [
    "0080c0c06030180c0606020000",  // \
    "007c0c0c0c0c0c0c0c0c0c7c00",  // ]
    "0010386cc60000000000000000",  // ^
    "0000000000000000000000fe00",  // _
    "0030180c000000000000000000",  // `
    "000000007c067ec6c6ce760000",  // a
    "00c0c0c0dce6c6c6c6e6dc0000",  // b
    "000000007ce6c0c0c0e67c0000",  // c
    "0006060676cec6c6c6ce760000",  // d
    "000000007cc6c6fec0c67c0000",  // e
    "003c66606060fc606060600000",  // f
    "000000007ecccccc78f07cc67c",  // g
    "00c0c0c0dce6c6c6c6c6c60000",  // h
    "000018180038181818183c0000",  // i
    "00000606000e06060606c6c67c",  // j
    "00c0c0c0ccd8f0f0d8ccc60000",  // k
    "003818181818181818183c0000",  // l
    "000000006cfed6d6c6c6c60000",  // m
    "00000000dce6c6c6c6c6c60000",  // n
    "000000007cc6c6c6c6c67c0000",  // o
    "00000000dce6c6c6c6e6dcc0c0",  // p
    "0000000076cec6c6c6ce760606",  // q
    "00000000dce6c0c0c0c0c00000",  // r
    "000000007cc660380cc67c0000",  // s
    "0060606060fc606060663c0000",  // t
    "00000000c6c6c6c6c6ce760000",  // u
    "00000000c6c6c6c66c6c380000",  // v
    "00000000c6c6c6d6d6fe6c0000",  // w
    "00000000c6c66c386cc6c60000",  // x
    "00000000c6c6c6c6ce7606c67c",  // y
    "00000000fe0c183060c0fe0000",  // z
    "001e3030301870183030301e00",  // {
    "00181818181818181818180000",  // |
    "00780c0c0c180e180c0c0c7800",  // }
    "000072fe9c0000000000000000",  // ~
]
