import Frames
import Testing

@testable import Report

@Suite struct LabelShareTests {
    @Test func sharesBetweenVoxels() throws {
        let labels = try volume(SIMD3(4, 2, 2)) { point in point.x < 1.5 ? UInt8(20) : point.x < 2.5 ? 21 : 0 }
        let share = LabelShare(labels: labels, id: 20)
        #expect(share.at(Point(0.5, 0.5, 0.5)) == (1, 0))
        #expect(share.at(Point(1.25, 0.5, 0.5)) == (0.75, 0.25))
        #expect(share.at(Point(2.5, 0.5, 0.5)) == (0, 0.5))
        // Fades out over half a voxel beyond the grid's last centres, and is nothing farther out.
        #expect(share.at(Point(-0.5, 0, 0)) == (0.5, 0))
        #expect(share.at(Point(-2, 0, 0)) == (0, 0) && share.at(Point(.nan, 0, 0)) == (0, 0))
    }
}
