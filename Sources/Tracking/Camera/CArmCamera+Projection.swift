import Foundation
import Frames

/// Cameras from and to 3x4 projection matrices.
///
/// (u w, v w, w) = P (x, y, z, 1), room mm, w > 0 before the source. P = λ K [R t] with λ > 0, K the pinhole's upper triangle and [R t] the C-arm from
/// the room. The last row gives λ and the detector's normal, the second row what is perpendicular to it, and so on up (Gram-Schmidt; Hartley and
/// Zisserman 2004, 6.2.4). A matrix does not know its own scale, so one pixel spacing gives the millimetres.
extension CArmCamera {
    /// Beyond this angle between rows and columns a detector is refused, degrees; below it the skew is left out, which moves a pixel 150 mm off the
    /// principal point by 0.03 mm.
    public static let largestSkewDegrees = 0.01

    /// The camera of a projection matrix.
    ///
    /// - Parameters:
    ///   - projection: 12 numbers, row-major 3x4.
    ///   - spacingV: between rows of pixels at the detector, mm. That between columns follows, with its sign.
    /// - Throws: `CameraError.noProjection`, `.skewed`, and what the initializer throws.
    /// - Accuracy: projects as the matrix to 1e-9 pixels where it has no skew (CArmCameraProjectionTests).
    public init(projection: [Double], size: SIMD2<Int>, spacingV: Double) throws {
        guard spacingV > 0, spacingV.isFinite else { throw CameraError.badSpacing(SIMD2(spacingV, spacingV)) }
        let parts = try ProjectionParts(projection)
        guard abs(parts.skewDegrees) <= Self.largestSkewDegrees else { throw CameraError.skewed(degrees: abs(parts.skewDegrees)) }
        let distance = parts.focal.y * spacingV
        // The rows of R are the axes of the C-arm seen in the room, by the definition of P.
        let carmFromRoom = RigidTransform<CArm, Room>(
            asserting: Rotation<Room, CArm>(columns: parts.x, parts.y, parts.z).inverse,
            origin: Point(parts.shift.x, parts.shift.y, parts.shift.z))
        try self.init(
            size: size, pixelSpacing: SIMD2(distance / parts.focal.x, spacingV), sourceDetectorDistance: distance,
            principalPoint: parts.principalPoint, carmFromRoom: carmFromRoom)
    }

    /// The camera of a projection matrix whose pixels are known both ways.
    ///
    /// - Parameter pixelSpacing: at the detector, mm; v gives the scale, the size of u is compared with the matrix, its sign is the matrix's.
    /// - Throws: as above; `CameraError.otherPixels` where the matrix has pixels of another shape, by over 2 %.
    public init(projection: [Double], size: SIMD2<Int>, pixelSpacing: SIMD2<Double>) throws {
        try self.init(projection: projection, size: size, spacingV: pixelSpacing.y)
        guard abs(abs(self.pixelSpacing.x) - abs(pixelSpacing.x)) <= 0.02 * abs(pixelSpacing.x) else {
            throw CameraError.otherPixels(declared: pixelSpacing, found: self.pixelSpacing)
        }
    }

    /// The projection matrix, 12 numbers, row-major 3x4, in pixels and room mm; its last row has length 1, so w is the depth along the normal in mm.
    public var projection: [Double] {
        let m = carmFromRoom.rowMajor4x4
        return (0..<4).map { focalLength.x * m[$0] + principalPoint.x * m[8 + $0] }
            + (0..<4).map { focalLength.y * m[4 + $0] + principalPoint.y * m[8 + $0] } + m[8..<12]
    }
}

/// A projection matrix taken apart.
private struct ProjectionParts {
    /// The C-arm's axes in the room.
    var x: SIMD3<Double>
    var y: SIMD3<Double>
    var z: SIMD3<Double>
    /// Pixels for each unit of x / z and y / z; x is negative for a left-handed image, y is positive.
    var focal: SIMD2<Double>
    var principalPoint: SIMD2<Double>
    var skewDegrees: Double
    /// The room's origin in the C-arm.
    var shift: SIMD3<Double>

    init(_ p: [Double]) throws {
        guard p.count == 12, p.allSatisfy(\.isFinite) else { throw CameraError.noProjection }
        func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() }
        let scale = SIMD3(p[8], p[9], p[10]).length
        guard scale > 0 else { throw CameraError.noProjection }
        let first = SIMD3(p[0], p[1], p[2]) / scale
        let second = SIMD3(p[4], p[5], p[6]) / scale
        z = SIMD3(p[8], p[9], p[10]) / scale
        principalPoint = SIMD2(dot(first, z), dot(second, z))
        let alongY = second - principalPoint.y * z
        let alongXY = first - principalPoint.x * z
        focal = SIMD2(0, alongY.length)
        // Relative to the rows' own lengths, so that no unit of the matrix matters.
        guard focal.y > 1e-9 * second.length else { throw CameraError.noProjection }
        y = alongY / focal.y
        x = y.cross(z)
        focal.x = dot(alongXY, x)
        guard abs(focal.x) > 1e-9 * first.length else { throw CameraError.noProjection }
        let skew = dot(alongXY, y)
        skewDegrees = atan(skew / focal.x) * 180 / .pi
        let depth = p[11] / scale
        let down = (p[7] / scale - principalPoint.y * depth) / focal.y
        shift = SIMD3((p[3] / scale - skew * down - principalPoint.x * depth) / focal.x, down, depth)
    }
}
