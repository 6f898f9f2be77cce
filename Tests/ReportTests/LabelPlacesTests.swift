import Anatomy
import Frames
import Testing

@testable import Report

@Suite struct LabelPlacesTests {
    @Test func middlesAndSpan() throws {
        let labels = try volume(SIMD3(10, 10, 10), spacing: 2) { point in
            point.z > 11 && point.x < 5 ? UInt8(20) : point == SIMD3(18, 4, 2) ? 21 : 0
        }
        let places = LabelPlaces(of: labels)
        #expect(places.middles == [.l1: Point(2, 9, 15), .l2: Point(18, 4, 2)])
        #expect(places.span?.lower == SIMD3(0, 0, 2) && places.span?.upper == SIMD3(18, 18, 18))
    }

    @Test func nothingInAnEmptyMap() throws {
        let places = LabelPlaces(of: try volume(SIMD3(2, 2, 2)) { _ in UInt8(0) })
        #expect(places.middles.isEmpty && places.span == nil)
    }
}
