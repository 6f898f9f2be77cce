import Frames
import Testing

@testable import Segmentation

@Suite struct SpineWalkTests {
    private func line(_ heights: [Double]) -> [Point<Patient>] { heights.map { Point(0, 0, $0) } }

    // MARK: - Where others may be

    @Test func goesOnFromBothEnds() {
        #expect(placesBesides(line([60, 30, 0])) == line([90, -30]))
        #expect(placesBesides(line([30, 0])) == line([60, -30]))
    }

    /// Two are missing between 100 and 55, where the spine's steps are of 15 mm.
    @Test func fillsGaps() {
        #expect(placesBesides(line([115, 100, 55, 40])) == line([130, 85, 70, 25]))
        // A gap at the end: its neighbour tells the step, also beyond it.
        #expect(placesBesides(line([85, 40, 25, 10])) == line([100, 70, 55, -5]))
        // A long one, and one beside the other.
        #expect(placesBesides(line([230, 210, 110, 90])) == line([250, 190, 170, 150, 130, 70]))
        #expect(placesBesides(line([100, 78, 34, -10])) == line([122, 56, 12, -32]))
        // Discs of unlike height are none.
        #expect(placesBesides(line([100, 70, 30, 0])) == line([130, -30]))
    }

    // MARK: - What is found there

    private func body(_ z: Double, volume: Double = 30_000, isWhole: Bool = true) -> SettledBody {
        SettledBody(centre: Point(0, 0, z), volume: volume, score: 0.5, ribLikelihood: 0, isWhole: isWhole)
    }

    /// Heights of the bodies of a spine of which some were seen, when the rest is what the fine network would see; with how often it was asked.
    private func walked(_ seen: [Double], _ rest: [SettledBody]) -> (heights: [Double], asked: Int) {
        var asked = 0
        let all = withOverlooked(seen.map { body($0) }) { places, _ in
            asked += places.count
            return rest.filter { body in places.contains { abs($0.z - body.centre.z) < 8 } }
        }
        return (all.map(\.centre.z), asked)
    }

    @Test func findsWhatWasOverlooked() {
        let found = walked([90, 30, 0, -30], [body(121), body(149), body(61), body(-60)])
        #expect(found.heights == [149, 121, 90, 61, 30, 0, -30, -60])
    }

    /// Where nothing is, one asks once.
    @Test func asksOnce() {
        #expect(walked([60, 30, 0], []).heights == [60, 30, 0])
        #expect(walked([60, 30, 0], []).asked == 2)
    }

    @Test func whatDoesNotFitIsNone() {
        #expect(walked([60, 30, 0], [body(90, volume: 12_000), body(-30, volume: 70_000)]).heights == [60, 30, 0])
        #expect(walked([60, 30, 0], [body(90, isWhole: false)]).heights == [60, 30, 0])
        // The neighbour, seen again.
        #expect(walked([100, 70, 24, 0], [body(30, volume: 31_000)]).heights == [100, 70, 24, 0])
    }

    /// Two may be anything.
    @Test func twoAreNoSpineToGoOnFrom() {
        #expect(walked([30, 0], [body(60), body(-30)]).heights == [30, 0])
        #expect(walked([], []).heights == [])
    }
}
