import Frames
import Testing

@testable import Segmentation

@Suite struct SpineWalkTests {
    private func line(_ heights: [Double]) -> [Point<Patient>] { heights.map { Point(0, 0, $0) } }

    @Test func goesOnFromBothEnds() {
        #expect(placesBesides(line([60, 30, 0])) == line([90, -30]))
        #expect(placesBesides(line([0])) == line([36, -36]))
        #expect(placesBesides([]).isEmpty)
    }

    /// Two are missing between 100 and 55, where the spine's steps are of 15 mm.
    @Test func fillsGaps() {
        #expect(placesBesides(line([115, 100, 55, 40])) == line([130, 85, 70, 25]))
        // A gap at the end: its neighbour tells the step, also beyond it.
        #expect(placesBesides(line([85, 40, 25, 10])) == line([100, 70, 55, -5]))
        // Discs of unlike height are none.
        #expect(placesBesides(line([100, 70, 30, 0])) == line([130, -30]))
    }

    @Test func withoutNeighboursStepsAreThoseOfALumbarSpine() {
        #expect(placesBesides(line([70, 0])) == line([106, 35, -36]))
        #expect(placesBesides(line([45, 0])) == line([90, -45]))
    }
}
