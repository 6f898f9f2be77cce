import ImageFiles
import Protocols
import Tracking

/// The view that a DICOM file of frames is, in the room of `CArmCamera.init(positioner:size:)`, and what was taken for true on the way.
///
/// - Throws: `FluoroscopyError.missingTag` for each attribute that neither the file nor an assumption gives; `.unusable`; `.badCamera`.
func dicomView(
    _ file: FrameFile, _ acquisition: DicomAcquisition, assuming assumptions: FluoroscopyAssumptions
) throws -> (view: FluoroscopySequence.View, warnings: [CommandWarning]) {
    var filler = Filler(path: file.path)
    guard !acquisition.isMoving else {
        throw FluoroscopyError.unusable(
            path: file.path, reason: "C-arm or table move while it is taken (PositionerMotion (0018,1500), TableMotion (0018,1134))")
    }
    let position = try filler.value(
        acquisition.patientPosition, assumptions.patientPosition, "PatientPosition (0018,5100)", "patient_position=HFS")
    guard position == "HFS" else {
        throw FluoroscopyError.unusable(
            path: file.path, reason: "the patient lies \(position), and C-arm angles are known here for HFS alone")
    }
    let orientation = try filler.value(
        acquisition.patientOrientation, assumptions.patientOrientation, "PatientOrientation (0020,0020)", "patient_orientation=L,F")
    let middle = SIMD2(Double(file.columns - 1), Double(file.rows - 1)) / 2
    if assumptions.principalPointPx == nil {
        filler.note(
            "principal_point_assumed",
            "the central ray is taken to meet the middle of the image, \(middle.x), \(middle.y): DICOM does not say")
    }
    let geometry = PositionerGeometry(
        sourceDetectorMM: try filler.value(
            acquisition.sourceDetectorMM, assumptions.sourceDetectorMM, "DistanceSourceToDetector (0018,1110)", "source_detector_mm=MM"),
        sourceIsocentreMM: try filler.value(
            acquisition.sourcePatientMM, assumptions.sourceIsocentreMM, "DistanceSourceToPatient (0018,1111)", "source_isocentre_mm=MM"),
        pixelSpacingMM: try filler.value(
            acquisition.pixelSpacingMM, assumptions.pixelSpacingMM, "ImagerPixelSpacing (0018,1164)", "pixel_spacing_mm=U,V"),
        primaryDegrees: try filler.value(
            acquisition.primaryDegrees, assumptions.primaryDegrees, "PositionerPrimaryAngle (0018,1510)", "primary_deg=DEGREES"),
        secondaryDegrees: try filler.value(
            acquisition.secondaryDegrees, assumptions.secondaryDegrees, "PositionerSecondaryAngle (0018,1511)", "secondary_deg=DEGREES"),
        rowDirection: orientation[0], columnDirection: orientation[1], principalPoint: assumptions.principalPointPx ?? middle)
    let times = try filler.value(
        acquisition.timesS, assumptions.frameTimeMS.map { step in (0..<file.frameCount).map { Double($0) * step / 1000 } },
        "FrameTime (0018,1063)", "frame_time_ms=MS")
    let meaning = try pixelMeaning(acquisition, assumptions, &filler)
    let camera: CArmCamera
    do {
        camera = try CArmCamera(positioner: geometry, size: SIMD2(file.columns, file.rows))
    } catch let error as CameraError {
        throw FluoroscopyError.badCamera(file: file.path, view: acquisition.modality, frame: 0, error: error)
    }
    let frames = times.enumerated().map { FluoroscopySequence.View.Frame(path: file.path, index: $0, timeS: $1, camera: camera) }
    let view = FluoroscopySequence.View(
        name: acquisition.modality, meaning: meaning, fields: acquisition.shutters.map(\.field), frames: frames)
    return (view, filler.warnings)
}

/// Linear values alone have a meaning without the maker's own table. Their sense is PixelIntensityRelationshipSign's, or else MONOCHROME1 turns it.
private func pixelMeaning(
    _ acquisition: DicomAcquisition, _ assumptions: FluoroscopyAssumptions, _ filler: inout Filler
) throws -> PixelMeaning {
    let isInverted = acquisition.intensitySign.map { $0 < 0 } ?? (acquisition.photometry == .monochrome1)
    let relationship = acquisition.intensityRelationship
    if let relationship, relationship != "LIN", assumptions.values == nil {
        throw FluoroscopyError.unusable(
            path: filler.path,
            reason:
                "PixelIntensityRelationship (0028,1040) is \(relationship), so that its values are not linear; if you know that they are, "
                + "assume values=intensity, inverted or line_integral")
    }
    let stated: FluoroscopyValues? = relationship == "LIN" ? (isInverted ? .inverted : .intensity) : nil
    let values = try filler.value(stated, assumptions.values, "PixelIntensityRelationship (0028,1040)", "values=intensity")
    return PixelMeaning(
        values: values, airValue: assumptions.airValue, fullScale: values == .inverted ? acquisition.valueRange.upperBound : nil)
}

/// Takes what the file says, or else what was assumed.
private struct Filler {
    let path: String
    var warnings: [CommandWarning] = []

    mutating func value<Value>(_ stated: Value?, _ assumed: Value?, _ tag: String, _ assumption: String) throws -> Value {
        if let stated {
            if assumed != nil { note("assumption_unused", "\(tag) is in the file, so what was assumed in its place is not used") }
            return stated
        }
        guard let assumed else { throw FluoroscopyError.missingTag(path: path, tag: tag, assumption: assumption) }
        note("assumed", "\(tag) is not in the file; \(assumed) was taken, as asked")
        return assumed
    }

    mutating func note(_ code: String, _ message: String) { warnings.append(CommandWarning(code: code, message: message)) }
}

extension DicomShutter {
    /// The same as a field.
    var field: FluoroscopyField {
        switch self {
        case .rectangle(let least, let greatest):
            .polygon([least, SIMD2(greatest.x, least.y), greatest, SIMD2(least.x, greatest.y)])
        case .circle(let centre, let radius): .circle(centre: centre, radius: radius)
        case .polygon(let corners): .polygon(corners)
        }
    }
}
