import Frames
import Testing
import Volumes

@testable import Exchange

@Suite struct NRRDHeaderTests {
    /// A left-handed grid stays one: the third axis points to the feet.
    @Test func keepsTheGridsOwnAxes() throws {
        let grid = try GridGeometry<Patient>(
            size: SIMD3(4, 5, 6), spacing: SIMD3(0.5, 0.75, 2), origin: Point(-1, 2.5, 900),
            axes: (SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, -1)))
        let text = String(decoding: nrrdHeader(grid, type: "short", fields: [("Key", "value")]), as: UTF8.self)
        #expect(text.hasPrefix("NRRD0004\n") && text.hasSuffix("Key:=value\n\n"))
        for line in [
            "space: left-posterior-superior", "sizes: 4 5 6", "space directions: (0.5,0.0,0.0) (0.0,0.75,0.0) (0.0,0.0,-2.0)",
            "space origin: (-1.0,2.5,900.0)",
        ] { #expect(text.contains(line + "\n"), "\(line)") }
    }
}
