import Testing

@testable import Pictures

@Suite struct PictureCanvasTests {
    private func lit(_ canvas: PictureCanvas) -> [SIMD2<Int>] {
        (0..<canvas.size.y).flatMap { y in
            (0..<canvas.size.x).filter { x in canvas.pixels[3 * (y * canvas.size.x + x)] != 0 }.map { SIMD2($0, y) }
        }
    }

    @Test func whatLiesOutsideIsLeftOut() {
        var canvas = PictureCanvas(size: SIMD2(4, 3))
        canvas.set(SIMD2(-1, 0), .white)
        canvas.set(SIMD2(4, 2), .white)
        canvas.fill(SIMD2(2, 1), SIMD2(9, 9), .white)
        #expect(lit(canvas) == [SIMD2(2, 1), SIMD2(3, 1), SIMD2(2, 2), SIMD2(3, 2)])
    }

    @Test func linesReachTheirEndsAndAreCut() {
        var canvas = PictureCanvas(size: SIMD2(5, 5))
        canvas.line(SIMD2(0, 2), SIMD2(4, 2), .white)
        #expect(lit(canvas) == (0..<5).map { SIMD2($0, 2) })
        canvas.line(SIMD2(-100, 0), SIMD2(100, 0), .white)
        #expect(lit(canvas).count == 10)
        canvas.line(SIMD2(.nan, 0), SIMD2(1, 1), .white)
        #expect(lit(canvas).count == 10)
    }

    @Test func textHasItsExtent() {
        #expect(PictureCanvas.extent(of: "L1", factor: 2) == SIMD2(32, 26))
        var canvas = PictureCanvas(size: SIMD2(32, 26))
        canvas.write("L1", at: .zero, .white, factor: 2)
        #expect(lit(canvas).count == 4 * ["L", "1"].joined().reduce(0) { $0 + BitmapFont.glyph($1).reduce(0) { $0 + $1.nonzeroBitCount } })
    }
}
