import Frames

/// Where the pixels of a flat X-ray detector see: a pinhole at the source, a plane of pixels, and their place in the room.
///
/// Any place of source and detector is one of these, because the C-arm frame's z axis is the detector's normal and the principal point may lie anywhere,
/// also outside the image. Pixel (0, 0) is the centre of the first pixel; u counts columns, v counts rows.
///
/// u = principalPoint.x + distance / pixelSpacing.x * x / z, and the same for v with y, for a point (x, y, z) of the C-arm frame.
public struct CArmCamera: Equatable, Sendable {
    /// Columns and rows of the image, both positive.
    public let size: SIMD2<Int>
    /// Between pixel centres at the detector, mm. x is negative where columns count against the C-arm frame's x axis: an image seen from the
    /// detector's side. y is positive.
    public let pixelSpacing: SIMD2<Double>
    /// From the source to the detector's plane, perpendicular to it, mm, positive.
    public let sourceDetectorDistance: Double
    /// The pixel at the foot of the perpendicular from the source, pixels.
    public let principalPoint: SIMD2<Double>
    /// Where the C-arm stands.
    public var carmFromRoom: RigidTransform<CArm, Room>

    /// - Throws: `CameraError` for numbers that no detector has.
    public init(
        size: SIMD2<Int>, pixelSpacing: SIMD2<Double>, sourceDetectorDistance: Double, principalPoint: SIMD2<Double>,
        carmFromRoom: RigidTransform<CArm, Room>
    ) throws {
        guard size.min() > 0 else { throw CameraError.emptySize(size) }
        guard pixelSpacing.y > 0, pixelSpacing.x != 0, pixelSpacing.sum().isFinite else { throw CameraError.badSpacing(pixelSpacing) }
        guard sourceDetectorDistance > 0, sourceDetectorDistance.isFinite else { throw CameraError.badDistance(sourceDetectorDistance) }
        guard principalPoint.sum().isFinite else { throw CameraError.badPrincipalPoint(principalPoint) }
        self.size = size
        self.pixelSpacing = pixelSpacing
        self.sourceDetectorDistance = sourceDetectorDistance
        self.principalPoint = principalPoint
        self.carmFromRoom = carmFromRoom
    }

    /// Where the source is.
    public var source: Point<Room> { carmFromRoom.inverse.origin }

    /// Pixels for each unit of x / z and y / z.
    var focalLength: SIMD2<Double> { sourceDetectorDistance / pixelSpacing }

    /// The pixel, with fractions, that a point is seen at; nil when it does not lie in front of the source.
    public func pixel(of point: Point<CArm>) -> SIMD2<Double>? {
        guard point.z > 0 else { return nil }
        return principalPoint + focalLength * SIMD2(point.x, point.y) / point.z
    }

    public func pixel(of point: Point<Room>) -> SIMD2<Double>? { pixel(of: carmFromRoom * point) }

    /// The centre of a pixel, on the detector.
    public func detectorPoint(at pixel: SIMD2<Double>) -> Point<CArm> {
        let onPlane = (pixel - principalPoint) * pixelSpacing
        return Point(onPlane.x, onPlane.y, sourceDetectorDistance)
    }

    /// Whether a pixel lies on the image, its outermost half pixels included.
    public func shows(_ pixel: SIMD2<Double>) -> Bool {
        pixel.x >= -0.5 && pixel.y >= -0.5 && pixel.x <= Double(size.x) - 0.5 && pixel.y <= Double(size.y) - 0.5
    }
}

public enum CameraError: Error, Equatable, CustomStringConvertible {
    case emptySize(SIMD2<Int>)
    case badSpacing(SIMD2<Double>)
    case badDistance(Double)
    case badPrincipalPoint(SIMD2<Double>)
    /// A 3x4 matrix that is no projection: its left part is singular, or a number is not finite.
    case noProjection
    /// A 3x4 matrix whose pixels' rows and columns are not perpendicular.
    case skewed(degrees: Double)
    /// A 3x4 matrix whose pixels have another ratio of width to height than was declared.
    case otherPixels(declared: SIMD2<Double>, found: SIMD2<Double>)
    /// Angles of a C-arm beyond those that there are, degrees.
    case badAngles(primary: Double, secondary: Double)
    /// Patient directions along rows and columns that do not lie in the detector's plane at its angles.
    case badOrientation(row: String, column: String)

    public var description: String {
        switch self {
        case .emptySize(let size): "the image has no pixels: \(size.x) x \(size.y)"
        case .badSpacing(let s): "the pixel spacing is impossible: \(s.x), \(s.y) mm"
        case .badDistance(let d): "the distance from source to detector, or to the isocentre before it, must be positive, found \(d) mm"
        case .badPrincipalPoint(let p): "the principal point is not finite: \(p.x), \(p.y)"
        case .noProjection: "the 3x4 matrix is no projection: its left 3x3 part is singular, or a number in it is not finite"
        case .skewed(let degrees):
            "the 3x4 matrix makes rows and columns of pixels stand \(degrees) degrees off a right angle; only square-set detectors are known here"
        case .otherPixels(let declared, let found):
            "the 3x4 matrix has pixels of \(found.x) x \(found.y) mm, not \(declared.x) x \(declared.y) mm; correct the pixel spacing or the matrix"
        case .badAngles(let primary, let secondary):
            "no C-arm stands at a primary angle of \(primary) and a secondary one of \(secondary) degrees; correct them"
        case .badOrientation(let row, let column):
            "rows towards \(row) and columns towards \(column) do not lie in the detector's plane at these angles; "
                + "correct PatientOrientation (0020,0020), such as L\\F, or the angles"
        }
    }
}
