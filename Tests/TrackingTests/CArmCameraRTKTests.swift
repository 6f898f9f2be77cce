import Frames
import Testing

@testable import Tracking

@Suite struct CArmCameraRTKTests {
    private func geometry(_ p: [String: Double]) -> RTKProjectionGeometry {
        RTKProjectionGeometry(
            sourceToIsocenterDistance: p["source_to_isocenter_mm"]!, sourceToDetectorDistance: p["source_to_detector_mm"]!,
            gantryAngle: p["gantry_rad"]!, outOfPlaneAngle: p["out_of_plane_rad"]!, inPlaneAngle: p["in_plane_rad"]!,
            sourceOffset: SIMD2(p["source_offset_x_mm"]!, p["source_offset_y_mm"]!),
            projectionOffset: SIMD2(p["projection_offset_x_mm"]!, p["projection_offset_y_mm"]!))
    }

    /// Points by RTK's matrix and image index: rounding alone. RTK's picture of a Gaussian blob of 3 mm: its centroid differs from its centre's projection
    /// by the blob's own depth and by RTK's steps, together a hundredth of a millimetre (0.010 at most when measured).
    @Test func seesAsRTK() throws {
        let cases = try CameraVectors.read().rtk
        #expect(cases.count == 6)
        for one in cases {
            let (size, spacing) = (SIMD2(one.sizePx[0], one.sizePx[1]), SIMD2(one.spacingMm[0], one.spacingMm[1]))
            let origin = SIMD2(one.originMm[0], one.originMm[1])
            let byParameters = try CArmCamera(rtk: geometry(one.parameters), size: size, spacing: spacing, origin: origin)
            let byMatrix = try CArmCamera(rtkMatrix: one.matrix, size: size, spacing: spacing, origin: origin)
            for camera in [byParameters, byMatrix] {
                #expect(try worstMiss(camera, one.points) < 1e-9)
                #expect(try worstMiss(camera, one.blobs) < 0.02)
                #expect(abs(camera.sourceDetectorDistance - one.parameters["source_to_detector_mm"]!) < 1e-6)
            }
        }
    }

    @Test func parallelRaysAreRefused() {
        let parallel = RTKProjectionGeometry(sourceToIsocenterDistance: 1000, sourceToDetectorDistance: 0, gantryAngle: 0)
        #expect(throws: CameraError.badDistance(0)) {
            try CArmCamera(rtk: parallel, size: SIMD2(9, 9), spacing: SIMD2(1, 1), origin: SIMD2(0, 0))
        }
    }
}
