import Foundation
import Frames

/// One projection of RTK's ThreeDCircularProjectionGeometry (http://www.openrtk.org, "3D circular projection geometry"), in RTK's names. Its world frame,
/// around the isocentre, is the room here; its flat detector alone is known.
public struct RTKProjectionGeometry: Equatable, Sendable {
    /// mm, from the source to the isocentre and to the detector, perpendicular to it.
    public var sourceToIsocenterDistance: Double
    public var sourceToDetectorDistance: Double
    /// Radians, about the world's y, x and z, in this order: R = Rz(-inPlane) Rx(-outOfPlane) Ry(-gantry).
    public var gantryAngle: Double
    public var outOfPlaneAngle: Double
    public var inPlaneAngle: Double
    /// Offsets along the detector's axes, mm.
    public var sourceOffset: SIMD2<Double>
    public var projectionOffset: SIMD2<Double>

    public init(
        sourceToIsocenterDistance: Double, sourceToDetectorDistance: Double, gantryAngle: Double, outOfPlaneAngle: Double = 0,
        inPlaneAngle: Double = 0, sourceOffset: SIMD2<Double> = .zero, projectionOffset: SIMD2<Double> = .zero
    ) {
        self.sourceToIsocenterDistance = sourceToIsocenterDistance
        self.sourceToDetectorDistance = sourceToDetectorDistance
        self.gantryAngle = gantryAngle
        self.outOfPlaneAngle = outOfPlaneAngle
        self.inPlaneAngle = inPlaneAngle
        self.sourceOffset = sourceOffset
        self.projectionOffset = projectionOffset
    }

    /// RTK's own matrix (GetMatrix), 12 numbers, row-major 3x4, from world mm to mm in the projection image; w < 0 before the source.
    public var matrix: [Double] {
        let (cg, sg) = (cos(gantryAngle), -sin(gantryAngle))
        let (co, so) = (cos(outOfPlaneAngle), -sin(outOfPlaneAngle))
        let (ci, si) = (cos(inPlaneAngle), -sin(inPlaneAngle))
        // Rows of Rz(-i) Rx(-o) Ry(-g).
        let x = SIMD3(ci * cg - si * so * sg, -si * co, ci * sg + si * so * cg)
        let y = SIMD3(si * cg + ci * so * sg, ci * co, si * sg - ci * so * cg)
        let z = SIMD3(-co * sg, so, co * cg)
        let shift = sourceOffset - projectionOffset
        let distance = sourceToDetectorDistance
        func row(_ axis: SIMD3<Double>, _ source: Double, _ shift: Double) -> [Double] {
            let linear = -distance * axis + shift * z
            return [linear.x, linear.y, linear.z, distance * source - shift * sourceToIsocenterDistance]
        }
        return row(x, sourceOffset.x, shift.x) + row(y, sourceOffset.y, shift.y) + [z.x, z.y, z.z, -sourceToIsocenterDistance]
    }
}

extension CArmCamera {
    /// The camera of an RTK projection.
    ///
    /// - Parameters:
    ///   - spacing, origin: of RTK's projection image, mm: the centre of pixel (0, 0) lies at `origin`. Its direction must be the identity.
    /// - Throws: `CameraError`; also for a source at infinity (a distance of 0 to the detector), which RTK takes for parallel rays.
    /// - Accuracy: 1e-9 mm from RTK's own projection of points; 0.01 mm from the centroids of blobs in RTK's pictures (CArmCameraRTKTests).
    public init(rtk geometry: RTKProjectionGeometry, size: SIMD2<Int>, spacing: SIMD2<Double>, origin: SIMD2<Double>) throws {
        guard geometry.sourceToDetectorDistance > 0 else { throw CameraError.badDistance(geometry.sourceToDetectorDistance) }
        try self.init(rtkMatrix: geometry.matrix, size: size, spacing: spacing, origin: origin)
    }

    /// The camera of RTK's 3x4 matrix, as GetMatrix gives it: row-major, from world mm to mm in the projection image, w < 0 before the source.
    ///
    /// - Parameters:
    ///   - spacing, origin: of RTK's projection image, mm, both spacings positive.
    /// - Throws: `CameraError`.
    public init(rtkMatrix m: [Double], size: SIMD2<Int>, spacing: SIMD2<Double>, origin: SIMD2<Double>) throws {
        guard m.count == 12 else { throw CameraError.noProjection }
        guard spacing.min() > 0 else { throw CameraError.badSpacing(spacing) }
        // Pixels from mm; the sign turns w positive before the source.
        let rows = (0..<3).map { r in (0..<4).map { -m[4 * r + $0] } }
        let u = (0..<4).map { (rows[0][$0] - origin.x * rows[2][$0]) / spacing.x }
        let v = (0..<4).map { (rows[1][$0] - origin.y * rows[2][$0]) / spacing.y }
        try self.init(projection: u + v + rows[2], size: size, spacingV: spacing.y)
    }
}
