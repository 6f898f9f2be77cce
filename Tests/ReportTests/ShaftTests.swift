import Frames
import Testing

@testable import Report

@Suite struct ShaftTests {
    @Test func distancesToAFlatEndedCylinder() throws {
        let shaft = try #require(Shaft(entry: Point(0, 0, 0), tip: Point(0, -40, 0), radius: 3))
        #expect(shaft.length == 40 && shaft.axis == SIMD3(0, -1, 0) && shaft.point(10) == Point(0, -10, 0))
        #expect(shaft.distance(to: Point(0, -20, 0)) == -3)
        #expect(shaft.distance(to: Point(5, -20, 0)) == 2)
        #expect(shaft.distance(to: Point(0, 4, 0)) == 4)
        #expect(shaft.distance(to: Point(3, -44, 4)) == (16.0 + 4).squareRoot())
    }

    @Test func aRefusedPedicleHasNone() {
        #expect(Shaft(PhantomReport.content.plan.screws[PhantomReport.index("T9", .left)]) == nil)
        #expect(Shaft(entry: Point(1, 2, 3), tip: Point(1, 2, 3), radius: 3) == nil)
        // The left screw is the patient's left one, in LPS.
        #expect(PhantomReport.shaft(.left).entry.x > PhantomReport.shaft(.right).entry.x)
    }
}
