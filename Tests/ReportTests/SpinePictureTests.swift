import Frames
import Pictures
import Testing

@testable import Report

@Suite struct SpinePictureTests {
    @Test func theWholeScanFromHeadToFeetWithLeftOnTheRight() throws {
        let grid = PhantomReport.content.ct.geometry
        let picture = try #require(SpinePicture(.coronal, of: PhantomReport.places, in: grid))
        let corners = grid.corners.map { picture.plane.place(of: $0).y }
        #expect(corners.min()! > -2 && corners.max()! < Double(picture.plane.size.y) + 1)
        #expect(picture.plane.right == SIMD3(1, 0, 0) && picture.plane.down == SIMD3(0, 0, -1))
        let canvas = try picture.drawn(PhantomReport.content, places: PhantomReport.places, threads: 2)
        let screws = canvas.places(of: .screw).map(\.x)
        let middle = Int(picture.plane.place(of: try #require(PhantomReport.places.middles[.l1])).x)
        #expect(screws.contains { $0 < middle } && screws.contains { $0 > middle })
        // The name, in yellow.
        #expect(!canvas.places(of: .yellow).isEmpty)
        let side = try #require(SpinePicture(.sagittal, of: PhantomReport.places, in: grid))
        #expect(side.plane.right == SIMD3(0, 1, 0))
    }

    @Test func anEstimateIsSaidInThePicture() throws {
        var content = PhantomReport.content
        let picture = try #require(SpinePicture(.sagittal, of: PhantomReport.places, in: content.ct.geometry))
        let settled = try picture.drawn(content, places: PhantomReport.places, threads: 1).places(of: .yellow).count
        content.levelBasis = .counted(anchors: [], probability: 0.6, isEstimate: true)
        #expect(try picture.drawn(content, places: PhantomReport.places, threads: 1).places(of: .yellow).count > settled + 100)
    }

    @Test func noLabelsNoPicture() throws {
        let empty = try volume(SIMD3(2, 2, 2)) { _ in UInt8(0) }
        #expect(SpinePicture(.coronal, of: LabelPlaces(of: empty), in: empty.geometry) == nil)
    }
}
