import Foundation
import Frames
import Testing

@testable import Report

@Suite struct DensityChartTests {
    @Test func gapsStayGapsAndAxesHaveUnits() throws {
        let ct = try volume(SIMD3(40, 60, 40)) { point in Int16(10 * point.y) }
        let shaft = try #require(Shaft(entry: Point(20, 10, 20), tip: Point(20, 40, 20), radius: 3))
        let whole = DensityProfile(along: shaft, in: ct).chart(length: 30, name: "<L1>").html
        #expect(whole.contains("depth, mm") && whole.contains(">HU<") && whole.contains(">entry<") && whole.contains("&lt;L1&gt;"))
        #expect(whole.components(separatedBy: "<polyline").count == 2 && !whole.contains("style="))
        let cut = DensityProfile(along: shaft, in: try volume(SIMD3(40, 30, 40)) { _ in Int16(9) }).chart(length: 30, name: "").html
        let points = try #require(cut.components(separatedBy: "points=\"").last?.split(separator: "\"").first)
        #expect(points.split(separator: " ").count == 25)
    }

    /// The axis begins a little below 0 HU.
    @Test func noneIsWrittenWithoutASign() throws {
        let ct = try volume(SIMD3(40, 60, 40)) { point in Int16(10 * point.y - 120) }
        let shaft = try #require(Shaft(entry: Point(20, 10, 20), tip: Point(20, 40, 20), radius: 3))
        let chart = DensityProfile(along: shaft, in: ct).chart(length: 30, name: "L1").html
        #expect(chart.contains(">0</text>") && !chart.contains(">-0</text>"))
    }
}
