import Foundation
import Testing

@testable import Planning

@Suite struct BoneSectionTests {
    /// Moments of an ellipse with semi-axes a, b turned by `tilt`: a²/4 and b²/4 along its axes.
    @Test(arguments: [0.0, 0.3, -0.7])
    func ellipseFromItsMoments(tilt: Double) {
        let (a, b) = (9.0 * 9 / 4, 4.0 * 4 / 4)
        let (c, s) = (cos(tilt), sin(tilt))
        let shape = SectionShape(
            area: 1, centre: .zero, uu: a * c * c + b * s * s, uv: (a - b) * c * s, vv: a * s * s + b * c * c)
        #expect(abs(shape.ellipse.alongU - 18) < 1e-9)
        #expect(abs(shape.ellipse.alongV - 8) < 1e-9)
        #expect(abs(shape.ellipse.angle - tilt) < 1e-9)
    }

    @Test func tallEllipseKeepsItsWidthAlongU() {
        let shape = SectionShape(area: 1, centre: .zero, uu: 4, uv: 0, vv: 20)
        #expect(shape.ellipse.alongU < shape.ellipse.alongV)
        #expect(abs(shape.ellipse.alongU - 8) < 1e-9)
    }
}
