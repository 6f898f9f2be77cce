import Pictures
import Testing

@testable import Report

extension PictureCanvas {
    func colour(_ x: Int, _ y: Int) -> Colour {
        let n = 3 * (y * size.x + x)
        return Colour(pixels[n], pixels[n + 1], pixels[n + 2])
    }

    /// Places of a colour.
    func places(of colour: Colour) -> [SIMD2<Int>] {
        (0..<size.y).flatMap { y in (0..<size.x).filter { self.colour($0, y) == colour }.map { SIMD2($0, y) } }
    }
}

@Suite struct PictureCanvasAnatomyTests {
    @Test func outlinesAreTheBorderWithin() {
        var canvas = PictureCanvas(size: SIMD2(5, 5))
        canvas.outline((0..<25).map { abs($0 % 5 - 2) < 2 && abs($0 / 5 - 2) < 2 ? -1 : 1 }, .red)
        #expect(canvas.places(of: .red).count == 8 && canvas.colour(2, 2) == .black && canvas.colour(0, 2) == .black)
        canvas.outline((0..<25).map { $0 == 12 ? -1 : 1 }, .green, width: 2)
        #expect(canvas.places(of: .green).count == 5)
    }

    @Test func brokenLinesLeaveGaps() {
        for dash in [Dash.dashes, .dots] {
            let shown = (0..<12).count { dash.shows(SIMD2($0, 0)) }
            #expect(shown > 3 && shown < 12)
        }
        #expect((0..<12).allSatisfy { Dash.none.shows(SIMD2($0, 3)) })
    }

    @Test func theBarIsAsLongAsItSays() {
        var canvas = PictureCanvas(size: SIMD2(200, 100))
        canvas.writeScale(millimetres: 10, pixel: 0.2)
        let rows = Dictionary(grouping: canvas.places(of: .white), by: \.y)
        #expect(rows.values.map(\.count).max() == 50)
    }

    @Test func marksDifferAndStayOnThePicture() {
        var (plus, cross) = (PictureCanvas(size: SIMD2(40, 40)), PictureCanvas(size: SIMD2(40, 40)))
        plus.mark(SIMD2(20, 20), upright: true)
        cross.mark(SIMD2(20, 20), upright: false)
        #expect(plus.colour(26, 20) == .white && cross.colour(26, 20) == .black && cross.colour(24, 24) == .white)
        plus.ring(SIMD2(.infinity, 0), radius: 4, .white)
        plus.ring(SIMD2(39, 39), radius: 4, .red)
        #expect(!plus.places(of: .red).isEmpty)
    }
}
