import Frames
import Testing

@testable import Tracking

@Suite struct CArmCameraPositionerTests {
    private func geometry(
        primary: Double = 0, secondary: Double = 0, row: String = "L", column: String = "F", isocentre: Double = 700
    ) -> PositionerGeometry {
        PositionerGeometry(
            sourceDetectorMM: 1000, sourceIsocentreMM: isocentre, pixelSpacingMM: SIMD2(0.5, 0.5), primaryDegrees: primary,
            secondaryDegrees: secondary,
            rowDirection: row, columnDirection: column, principalPoint: SIMD2(255.5, 255.5))
    }
    private let size = SIMD2(512, 512)

    /// Angles by matrices in numpy; rounding alone.
    @Test func seesAsMatricesOfTheAnglesDo() throws {
        for one in try CameraVectors.read().positioner {
            let geometry = PositionerGeometry(
                sourceDetectorMM: one.sourceDetectorMm, sourceIsocentreMM: one.sourceIsocentreMm,
                pixelSpacingMM: SIMD2(one.pixelSpacingMm[0], one.pixelSpacingMm[1]), primaryDegrees: one.primaryDeg,
                secondaryDegrees: one.secondaryDeg, rowDirection: one.row, columnDirection: one.column,
                principalPoint: SIMD2(one.principalPointPx[0], one.principalPointPx[1]))
            let camera = try CArmCamera(positioner: geometry, size: SIMD2(one.sizePx[0], one.sizePx[1]))
            #expect(try worstMiss(camera, one.points) < 1e-9, "\(one.primaryDeg) \(one.secondaryDeg) \(one.row) \(one.column)")
        }
    }

    /// On paper, at 0 degrees: the source lies 700 mm behind the patient; a point 35 mm to the patient's left at the isocentre's depth is seen 50 mm,
    /// 100 pixels, to the right of one who faces the patient; one 35 mm to the head above.
    @Test func anteriorDetectorOnPaper() throws {
        let camera = try CArmCamera(positioner: geometry(), size: size)
        #expect(camera.source.distance(to: Point(0, 700, 0)) < 1e-9)
        #expect(camera.pixelSpacing.x == -0.5)
        let left = try #require(camera.pixel(of: Point<Room>(35, 0, 0)))
        let head = try #require(camera.pixel(of: Point<Room>(0, 0, 35)))
        #expect(abs(left.x - 355.5) < 1e-9 && abs(left.y - 255.5) < 1e-9)
        #expect(abs(head.x - 255.5) < 1e-9 && abs(head.y - 155.5) < 1e-9)
        // An image shown from the source's side.
        let mirrored = try CArmCamera(positioner: geometry(row: "R"), size: size)
        #expect(mirrored.pixelSpacing.x == 0.5)
        #expect(abs(try #require(mirrored.pixel(of: Point<Room>(35, 0, 0))).x - 155.5) < 1e-9)
    }

    /// The detector at +90 stands at the patient's left, with +30 it stands towards the head.
    @Test func anglesAreThoseOfDICOM() throws {
        let left = try CArmCamera(positioner: geometry(primary: 90, row: "P"), size: size)
        #expect(left.source.distance(to: Point(-700, 0, 0)) < 1e-9)
        let cranial = try CArmCamera(positioner: geometry(secondary: 30), size: size)
        #expect(cranial.source.distance(to: Point(0, 700 * 0.75.squareRoot(), -350)) < 1e-9)
    }

    @Test func whatCannotBeIsRefused() {
        // Letters of an AP image at a lateral angle, a direction twice, and letters that are none.
        for (row, column) in [("L", "F"), ("A", "P"), ("X", "F"), ("", "F"), ("AP", "F")] {
            #expect(throws: CameraError.badOrientation(row: row, column: column)) {
                try CArmCamera(positioner: geometry(primary: 90, row: row, column: column), size: size)
            }
        }
        #expect(throws: CameraError.badDistance(1200)) { try CArmCamera(positioner: geometry(isocentre: 1200), size: size) }
        #expect(throws: CameraError.badAngles(primary: 0, secondary: 120)) {
            try CArmCamera(positioner: geometry(secondary: 120), size: size)
        }
    }
}
