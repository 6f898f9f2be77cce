import Frames
import Testing

@testable import Report

@Suite struct PicturePlaneTests {
    let plane = PicturePlane(centre: SIMD3(10, 20, 30), right: SIMD3(1, 0, 0), down: SIMD3(0, 0, -1), size: SIMD2(5, 3), pixel: 2)

    @Test func pixelsAndPointsAreInverse() {
        #expect(plane.point(SIMD2(2, 1)) == Point(10, 20, 30))
        // One to the right is the patient's left; one down is towards the feet.
        #expect(plane.point(SIMD2(3, 2)) == Point(12, 20, 28))
        #expect(plane.place(of: Point(12, 77, 28)) == SIMD2(3, 2))
        #expect(plane.distance(of: Point(0, 77, 0)) == 57)
    }

    @Test(arguments: [
        (SIMD3(1.0, 0, 0), "L"), (SIMD3(-1, 0, 0), "R"), (SIMD3(0, 1, 0), "P"), (SIMD3(0, -1, 0), "A"), (SIMD3(0, 0, 1), "H"),
        (SIMD3(0, 0, -1), "F"), (SIMD3(0.8, -0.6, 0), "LA"), (SIMD3(0.95, -0.3, 0), "L"), (SIMD3(-0.1, 0.6, -0.79), "FP"),
    ])
    func letters(direction: SIMD3<Double>, letters: String) { #expect(patientLetters(direction) == letters) }

    /// A plane that leans by 30 degrees about the patient's left-right: what lies in both keeps its place, and the edges stay perpendicular.
    @Test func whatLiesInBothPlanesKeepsItsPlace() {
        let leaning = PicturePlane(
            centre: SIMD3(-3, 20, 30), right: SIMD3(0, 0.5, 0.75.squareRoot()), down: SIMD3(-1, 0, 0), size: SIMD2(9, 9), pixel: 1)
        let still = leaning.keepingStill(plane)
        for x in [-20.0, 0, 33] { #expect((still.place(of: Point(x, 20, 30)) - plane.place(of: Point(x, 20, 30))).max() < 1e-9) }
        #expect(still.size == plane.size && still.pixel == plane.pixel && abs((still.right * still.down).sum()) < 1e-12)
        #expect(still.distance(of: leaning.point(SIMD2(7, 1))) < 1e-9 && (still.right - plane.right).length < 1e-12)
    }

    @Test func acrossAnAxis() throws {
        let made = try #require(across(SIMD3(1, 1, 0), SIMD3(1, 0, 0)))
        #expect((made - SIMD3(0, 1, 0)).length < 1e-12)
        #expect(across(SIMD3(2, 0, 0), SIMD3(1, 0, 0)) == nil)
    }
}
