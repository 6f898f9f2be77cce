import Protocols

/// What is taken for true where a DICOM file does not say it. Nothing is assumed that does not stand here; each use is a warning.
public struct FluoroscopyAssumptions: Equatable, Sendable {
    /// In place of DistanceSourceToDetector (0018,1110), mm.
    public var sourceDetectorMM: Double?
    /// In place of DistanceSourceToPatient (0018,1111), mm, from the source to the isocentre.
    public var sourceIsocentreMM: Double?
    /// In place of ImagerPixelSpacing (0018,1164), at the detector, mm, u then v.
    public var pixelSpacingMM: SIMD2<Double>?
    /// In place of PositionerPrimaryAngle (0018,1510), degrees.
    public var primaryDegrees: Double?
    /// In place of PositionerSecondaryAngle (0018,1511), degrees.
    public var secondaryDegrees: Double?
    /// In place of PatientOrientation (0020,0020): the patient's directions along rows and along columns, such as L and F.
    public var patientOrientation: [String]?
    /// In place of PatientPosition (0018,5100): HFS is the only one that is known here.
    public var patientPosition: String?
    /// In place of FrameTime (0018,1063), milliseconds.
    public var frameTimeMS: Double?
    /// In place of PixelIntensityRelationship (0028,1040).
    public var values: FluoroscopyValues?
    /// The pixel value where nothing stands in the way; nil: estimated from each frame.
    public var airValue: Double?
    /// The pixel that the central ray meets; nil: the middle of the image, which DICOM has no attribute for.
    public var principalPointPx: SIMD2<Double>?

    public init() {}
}

extension FluoroscopyAssumptions {
    /// Adds what `NAME=VALUE` says, such as `source_detector_mm=1020`, `pixel_spacing_mm=0.3,0.3` or `patient_orientation=L,F`.
    ///
    /// - Throws: `FluoroscopyError.badAssumption`.
    public mutating func add(_ text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw FluoroscopyError.badAssumption(text, reason: "it is not of the form NAME=VALUE") }
        let words = parts[1].split(separator: ",").map { String($0) }
        func numbers(_ count: Int, positive: Bool) throws -> [Double] {
            let numbers = words.compactMap { Double($0) }
            guard numbers.count == count, words.count == count, numbers.allSatisfy({ $0.isFinite && (!positive || $0 > 0) }) else {
                let kind = positive ? "positive number" : "number"
                throw FluoroscopyError.badAssumption(text, reason: "it needs \(count) \(kind)\(count > 1 ? "s, with commas between" : "")")
            }
            return numbers
        }
        switch parts[0] {
        case "source_detector_mm": sourceDetectorMM = try numbers(1, positive: true)[0]
        case "source_isocentre_mm": sourceIsocentreMM = try numbers(1, positive: true)[0]
        case "pixel_spacing_mm":
            let spacing = try numbers(2, positive: true)
            guard spacing.allSatisfy((0.001...20).contains) else {
                throw FluoroscopyError.badAssumption(text, reason: "pixels are 0.001 to 20 mm apart at the detector")
            }
            pixelSpacingMM = SIMD2(spacing[0], spacing[1])
        case "primary_deg": primaryDegrees = try numbers(1, positive: false)[0]
        case "secondary_deg": secondaryDegrees = try numbers(1, positive: false)[0]
        case "patient_orientation":
            guard words.count == 2 else { throw FluoroscopyError.badAssumption(text, reason: "it needs two directions, such as L,F") }
            patientOrientation = words
        case "patient_position": patientPosition = parts[1]
        case "frame_time_ms": frameTimeMS = try numbers(1, positive: true)[0]
        case "values":
            guard let known = FluoroscopyValues(rawValue: parts[1]) else {
                let names = FluoroscopyValues.allCases.map(\.rawValue).joined(separator: ", ")
                throw FluoroscopyError.badAssumption(text, reason: "it needs one of \(names)")
            }
            values = known
        case "air_value": airValue = try numbers(1, positive: false)[0]
        case "principal_point_px":
            let point = try numbers(2, positive: false)
            principalPointPx = SIMD2(point[0], point[1])
        default:
            throw FluoroscopyError.badAssumption(
                text,
                reason:
                    "known names are source_detector_mm, source_isocentre_mm, pixel_spacing_mm, primary_deg, secondary_deg, patient_orientation, "
                    + "patient_position, frame_time_ms, values, air_value and principal_point_px")
        }
    }
}
