import Foundation
import Frames

/// Where a DICOM X-ray angiography or fluoroscopy image says that its C-arm stood (PS3.3, C.8.7.5), in DICOM's units.
public struct PositionerGeometry: Equatable, Sendable {
    /// DistanceSourceToDetector (0018,1110), mm.
    public var sourceDetectorMM: Double
    /// DistanceSourceToPatient (0018,1111), mm: for a C-arm the distance from the source to the isocentre.
    public var sourceIsocentreMM: Double
    /// ImagerPixelSpacing (0018,1164), at the detector, mm: u, v. DICOM writes v first.
    public var pixelSpacingMM: SIMD2<Double>
    /// PositionerPrimaryAngle (0018,1510), degrees: 0 has the detector before the patient's chest, +90 at the patient's left (LAO).
    public var primaryDegrees: Double
    /// PositionerSecondaryAngle (0018,1511), degrees: + is towards the head (CRA).
    public var secondaryDegrees: Double
    /// PatientOrientation (0020,0020): which way rows and columns of pixels run, such as L and F.
    public var rowDirection: String
    public var columnDirection: String
    /// The pixel that the central ray meets. DICOM does not say; the middle of the image is usual.
    public var principalPoint: SIMD2<Double>

    public init(
        sourceDetectorMM: Double, sourceIsocentreMM: Double, pixelSpacingMM: SIMD2<Double>, primaryDegrees: Double,
        secondaryDegrees: Double,
        rowDirection: String, columnDirection: String, principalPoint: SIMD2<Double>
    ) {
        self.sourceDetectorMM = sourceDetectorMM
        self.sourceIsocentreMM = sourceIsocentreMM
        self.pixelSpacingMM = pixelSpacingMM
        self.primaryDegrees = primaryDegrees
        self.secondaryDegrees = secondaryDegrees
        self.rowDirection = rowDirection
        self.columnDirection = columnDirection
        self.principalPoint = principalPoint
    }
}

extension CArmCamera {
    /// The camera of a C-arm about its isocentre.
    ///
    /// The room's origin is the isocentre; its axes are those of a patient who lies head first, supine, square on the table: +x to the patient's left, +y
    /// to the back, +z to the head. The detector stands in the direction (sin p cos s, -cos p cos s, sin s) for the primary angle p and the secondary s.
    ///
    /// - Throws: `CameraError.badOrientation` where the patient orientation does not lie in the detector's plane, or is no orientation; and what the
    ///   initializer throws. A source beyond the detector from the isocentre is `.badDistance`.
    /// - Accuracy: 1e-9 mm (CArmCameraPositionerTests, against matrices multiplied by numpy).
    public init(positioner geometry: PositionerGeometry, size: SIMD2<Int>) throws {
        let isocentre = geometry.sourceIsocentreMM
        guard isocentre > 0, isocentre < geometry.sourceDetectorMM else { throw CameraError.badDistance(isocentre) }
        guard abs(geometry.primaryDegrees) <= 360, abs(geometry.secondaryDegrees) <= 90 else {
            throw CameraError.badAngles(primary: geometry.primaryDegrees, secondary: geometry.secondaryDegrees)
        }
        let (p, s) = (geometry.primaryDegrees * .pi / 180, geometry.secondaryDegrees * .pi / 180)
        let towardsDetector = SIMD3(sin(p) * cos(s), -cos(p) * cos(s), sin(s))
        // In the detector's plane: to the right and down of one who looks at the patient from the detector, head up.
        let right = SIMD3(cos(p), sin(p), 0)
        let down = SIMD3(sin(p) * sin(s), -cos(p) * sin(s), -cos(s))
        let (row, column) = try pixelAxes(geometry, right: right, down: down)
        // The C-arm's x must make a right hand with y, along the columns, and z; where rows run against it the spacing is negative.
        let x = column.cross(towardsDetector)
        let side: Double = (x * row).sum() > 0 ? 1 : -1
        // These three are the C-arm's axes in the room, as said above.
        let roomFromCArm = RigidTransform<Room, CArm>(
            asserting: Rotation(columns: x, column, towardsDetector), origin: Point(-isocentre * towardsDetector))
        try self.init(
            size: size, pixelSpacing: geometry.pixelSpacingMM * SIMD2(side, 1), sourceDetectorDistance: geometry.sourceDetectorMM,
            principalPoint: geometry.principalPoint, carmFromRoom: roomFromCArm.inverse)
    }
}

/// Of the eight ways that an image can lie on the detector the one that the patient orientation names.
private func pixelAxes(
    _ geometry: PositionerGeometry, right: SIMD3<Double>, down: SIMD3<Double>
) throws -> (row: SIMD3<Double>, column: SIMD3<Double>) {
    let error = CameraError.badOrientation(row: geometry.rowDirection, column: geometry.columnDirection)
    guard let wantedRow = patientDirection(geometry.rowDirection), let wantedColumn = patientDirection(geometry.columnDirection) else {
        throw error
    }
    func best(_ wanted: SIMD3<Double>, _ candidates: [SIMD3<Double>]) -> SIMD3<Double> {
        candidates.max { ($0 * wanted).sum() < ($1 * wanted).sum() }!
    }
    let row = best(wantedRow, [right, -right, down, -down])
    let column = best(wantedColumn, [right, -right, down, -down])
    // Letters name a direction to 45 degrees or so, and C-arms are tilted by as much; beyond that the letters belong to another view.
    let limit = 0.5
    guard abs((row * column).sum()) < 1e-9, (row * wantedRow).sum() > limit, (column * wantedColumn).sum() > limit else { throw error }
    return (row, column)
}

/// The direction of DICOM's letters (PS3.3, C.7.6.1.1.1), the first of which weighs most; nil for what is none.
private func patientDirection(_ letters: String) -> SIMD3<Double>? {
    var sum = SIMD3<Double>()
    var weight = 1.0
    for letter in letters.uppercased() {
        guard let direction = PatientSide(rawValue: letter)?.direction, (sum * direction).sum() == 0 else { return nil }
        sum += weight * direction
        weight /= 2
    }
    return sum == SIMD3() ? nil : sum / sum.length
}
