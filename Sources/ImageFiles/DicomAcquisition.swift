import Foundation

/// How the frames of a DICOM XA or RF file were taken, as far as the file says; see PS3.3, C.8.7. What is absent is nil, and nothing is made up.
public struct DicomAcquisition: Equatable, Sendable {
    /// Whether more of a pixel value means more X-rays, and how.
    public enum Photometry: String, Sendable {
        case monochrome1 = "MONOCHROME1"
        case monochrome2 = "MONOCHROME2"
    }

    /// (0008,0060)
    public var modality: String
    /// DistanceSourceToDetector (0018,1110), mm.
    public var sourceDetectorMM: Double?
    /// DistanceSourceToPatient (0018,1111), mm.
    public var sourcePatientMM: Double?
    /// ImagerPixelSpacing (0018,1164), mm, at the detector, here u then v.
    public var pixelSpacingMM: SIMD2<Double>?
    /// PositionerPrimaryAngle (0018,1510), degrees.
    public var primaryDegrees: Double?
    /// PositionerSecondaryAngle (0018,1511), degrees.
    public var secondaryDegrees: Double?
    /// PatientOrientation (0020,0020): two directions.
    public var patientOrientation: [String]?
    /// PatientPosition (0018,5100), such as HFS.
    public var patientPosition: String?
    /// Whether PositionerMotion (0018,1500) or TableMotion (0018,1134) is DYNAMIC.
    public var isMoving: Bool
    /// PixelIntensityRelationship (0028,1040): LIN, LOG or DISP.
    public var intensityRelationship: String?
    /// PixelIntensityRelationshipSign (0028,1041): 1 when more means more X-rays, -1 when less does.
    public var intensitySign: Int?
    public var photometry: Photometry
    /// The least and greatest value that a pixel can have.
    public var valueRange: ClosedRange<Double>
    /// When each frame was taken, seconds from the first, by FrameTimeVector (0018,1065) or FrameTime (0018,1063); one frame is at 0.
    public var timesS: [Double]?
    /// Shutters (0018,1600) and collimators (0018,1700); X-rays or the picture end at each of them.
    public var shutters: [DicomShutter]
}

/// What bounds the exposed part of an image, in pixels whose first is (0, 0); DICOM counts from 1.
public enum DicomShutter: Equatable, Sendable {
    /// The least and greatest u and v inside.
    case rectangle(least: SIMD2<Double>, greatest: SIMD2<Double>)
    case circle(centre: SIMD2<Double>, radius: Double)
    case polygon([SIMD2<Double>])
}

/// Reads the acquisition of a file whose pixel layout is known.
///
/// Throws: `ImageFileError.corrupt` for a number that is there and cannot be: it is not treated as absent.
func readAcquisition(_ tags: DicomTags, _ file: DicomFile) throws -> DicomAcquisition {
    func number(_ group: UInt16, _ element: UInt16, _ name: String, in range: ClosedRange<Double>) throws -> Double? {
        guard tags.text(group, element) != nil else { return nil }
        guard let value = tags.numbers(group, element, count: 1)?[0], range.contains(value) else {
            throw impossible(file, group, element, name)
        }
        return value
    }
    let length = 1.0...100_000
    let spacing = tags.numbers(0x0018, 0x1164, count: 2)
    if tags.text(0x0018, 0x1164) != nil, spacing.map({ $0.min()! >= 0.001 && $0.max()! <= 20 }) != true {
        throw impossible(file, 0x0018, 0x1164, "ImagerPixelSpacing")
    }
    let words = tags.text(0x0020, 0x0020)?.split(separator: "\\").map { $0.trimmingCharacters(in: .whitespaces) }
    let lowest = file.stored.isSigned ? -Double(1 << (file.stored.count - 1)) : 0
    return DicomAcquisition(
        modality: file.modality, sourceDetectorMM: try number(0x0018, 0x1110, "DistanceSourceToDetector", in: length),
        sourcePatientMM: try number(0x0018, 0x1111, "DistanceSourceToPatient", in: length),
        pixelSpacingMM: spacing.map { SIMD2($0[1], $0[0]) },
        primaryDegrees: try number(0x0018, 0x1510, "PositionerPrimaryAngle", in: -360...360),
        secondaryDegrees: try number(0x0018, 0x1511, "PositionerSecondaryAngle", in: -180...180),
        patientOrientation: words?.count == 2 ? words : nil, patientPosition: file.patientPosition,
        isMoving: tags.text(0x0018, 0x1500) == "DYNAMIC" || tags.text(0x0018, 0x1134) == "DYNAMIC",
        intensityRelationship: tags.text(0x0028, 0x1040), intensitySign: tags.bits(0x0028, 0x1041).map { Int(Int16(bitPattern: $0)) },
        photometry: .init(rawValue: tags.text(0x0028, 0x0004) ?? "") ?? .monochrome2,
        valueRange: lowest...(lowest + Double(1 << file.stored.count) - 1), timesS: try frameTimes(tags, file),
        shutters: try shutters(tags, file, base: 0x1600) + shutters(tags, file, base: 0x1700))
}

private func impossible(_ file: DicomFile, _ group: UInt16, _ element: UInt16, _ name: String) -> ImageFileError {
    .corrupt(path: file.path, reason: String(format: "%@ (%04X,%04X) is no possible number", name, group, element))
}

private func frameTimes(_ tags: DicomTags, _ file: DicomFile) throws -> [Double]? {
    if file.frameCount == 1 { return [0] }
    if tags.text(0x0018, 0x1065, capacity: 1 << 20) != nil {
        // The time from the frame before, the first of which is 0.
        guard let steps = tags.list(0x0018, 0x1065), steps.count == file.frameCount, steps.dropFirst().allSatisfy({ $0 > 0 }) else {
            throw ImageFileError.corrupt(
                path: file.path, reason: "FrameTimeVector (0018,1065) does not hold a positive time for each of \(file.frameCount) frames")
        }
        var now = 0.0
        return steps.enumerated().map { n, step in
            if n > 0 { now += step / 1000 }
            return now
        }
    }
    guard tags.text(0x0018, 0x1063) != nil else { return nil }
    guard let step = tags.numbers(0x0018, 0x1063, count: 1)?[0], step > 0 else { throw impossible(file, 0x0018, 0x1063, "FrameTime") }
    return (0..<file.frameCount).map { Double($0) * step / 1000 }
}

/// Shutters and collimators have the same attributes, 256 elements apart.
private func shutters(_ tags: DicomTags, _ file: DicomFile, base: UInt16) throws -> [DicomShutter] {
    let shapes = (tags.text(0x0018, base) ?? "").split(separator: "\\").map { $0.trimmingCharacters(in: .whitespaces) }
    func broken(_ shape: String) -> ImageFileError {
        .corrupt(path: file.path, reason: String(format: "the %@ shutter (0018,%04X) lacks its numbers", shape, base))
    }
    return try shapes.map { shape in
        switch shape {
        case "RECTANGULAR":
            let edges = (1...4).compactMap { tags.numbers(0x0018, base + UInt16($0) * 2, count: 1)?[0] }
            guard edges.count == 4, edges[0] < edges[1], edges[2] < edges[3] else { throw broken(shape) }
            return .rectangle(least: SIMD2(edges[0], edges[2]) - 1, greatest: SIMD2(edges[1], edges[3]) - 1)
        case "CIRCULAR":
            guard let centre = tags.numbers(0x0018, base + 0x10, count: 2), let radius = tags.numbers(0x0018, base + 0x12, count: 1)?[0],
                radius > 0
            else { throw broken(shape) }
            return .circle(centre: SIMD2(centre[1], centre[0]) - 1, radius: radius)
        case "POLYGONAL":
            guard let corners = tags.list(0x0018, base + 0x20), corners.count >= 6, corners.count % 2 == 0 else { throw broken(shape) }
            return .polygon(stride(from: 0, to: corners.count, by: 2).map { SIMD2(corners[$0 + 1], corners[$0]) - 1 })
        default: throw ImageFileError.unsupported(path: file.path, feature: "a shutter of the shape \(shape)")
        }
    }
}
