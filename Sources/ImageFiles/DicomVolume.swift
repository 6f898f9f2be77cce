import Foundation
import Frames
import Volumes

/// A frame of a file that becomes a slice.
struct DicomSlice: Sendable {
    var file: Int
    var frame: Int
    var pose: DicomFrame
}

/// The CT in a DICOM folder or file; see `readCT`.
func readDicom(at path: String, options: ReadOptions) throws -> CTImage {
    let folder = try openDicomFolder(path, options: options)
    return try readDicom(dicomSeries(folder.files, allowMR: options.allowMR), folder, at: path, options: options)
}

/// The CT among series that were found in a folder.
func readDicom(_ all: [DicomSeries], _ folder: DicomFolder, at path: String, options: ReadOptions) throws -> CTImage {
    let (series, choice) = try chooseSeries(all, options: options, path: path)
    let (image, warnings) = try readSeries(series, options: options)
    return CTImage(
        volume: image.volume, metadata: image.metadata, warnings: folder.warnings + choice + warnings + image.warnings, files: image.files)
}

private func readSeries(_ series: DicomSeries, options: ReadOptions) throws -> (image: CTImage, warnings: [ImageWarning]) {
    let files = series.files.filter { !$0.isLocalizer }
    var warnings: [ImageWarning] = []
    let localizers = series.files.count - files.count
    if localizers > 0 { warnings.append(.init(.localizersDropped, "\(localizers) localizer images of the series were left out")) }
    let slices = try consistentSlices(files, uid: series.summary.uid)
    let axes = try sliceAxes(slices[0].pose, path: files[slices[0].file].path)
    guard let stack = try stackSlices(slices.map(\.pose.position), row: axes.0, column: axes.1) else {
        throw ImageFileError.singleSlice(path: files[0].path)
    }
    let plan = try StackPlan(stack: stack, slices: slices, files: files, axes: axes, options: options)
    warnings += try checkedDuplicates(stack, slices, files)
    warnings += plan.warnings
    let (volume, statistics) = try decodeStack(plan, files: files, options: options)
    warnings += fileWarnings(files) + statistics.warnings
    let metadata = dicomMetadata(series, files: files, slices: slices, stack: stack, volume: volume, statistics: statistics)
    return (CTImage(volume: volume, metadata: metadata, files: files.map(\.path)), warnings)
}

/// All frames of the files.
///
/// Throws where a frame lacks its place, or frames differ in patient, size, orientation or spacing.
private func consistentSlices(_ files: [DicomFile], uid: String) throws -> [DicomSlice] {
    if let problem = files.lazy.compactMap(\.problem).first { throw problem }
    let slices = files.enumerated().flatMap { n, file in
        file.frames.enumerated().map { DicomSlice(file: n, frame: $0, pose: $1) }
    }
    guard let first = slices.first else { throw ImageFileError.noImages(path: uid, reason: "the series has no frames") }
    let head = files[first.file]
    func mixed(_ reason: String) -> ImageFileError { .mixedSlices(series: uid, reason: reason) }
    for file in files {
        guard file.patient == head.patient else { throw mixed("it holds several patients") }
        guard file.columns == head.columns, file.rows == head.rows else {
            throw mixed("its slices have different sizes (\(head.columns) x \(head.rows), \(file.columns) x \(file.rows))")
        }
        guard file.frameOfReferenceUID == head.frameOfReferenceUID else { throw mixed("its slices have different frames of reference") }
    }
    for slice in slices {
        // 0.001 moves a corner 25 cm from the centre by a quarter of a millimetre.
        let turn = max((slice.pose.row - first.pose.row).length, (slice.pose.column - first.pose.column).length)
        guard turn < 1e-3 else { throw mixed("its slices have different orientations") }
        guard abs(slice.pose.columnSpacing - first.pose.columnSpacing) < 1e-4, abs(slice.pose.rowSpacing - first.pose.rowSpacing) < 1e-4
        else { throw mixed("its slices have different pixel spacings") }
    }
    return slices
}

/// The row and column directions and the normal, exactly orthonormal.
private func sliceAxes(_ pose: DicomFrame, path: String) throws -> (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>) {
    let lengths = (pose.row.length, pose.column.length)
    guard abs(lengths.0 - 1) < 1e-3, abs(lengths.1 - 1) < 1e-3, abs((pose.row * pose.column).sum()) < 1e-3,
        let axes = nearestOrthonormal((pose.row, pose.column, pose.row.cross(pose.column)))
    else {
        throw ImageFileError.corrupt(path: path, reason: "ImageOrientationPatient (0020,0037) is not two perpendicular directions")
    }
    return axes
}

/// Equal doubles are dropped with a warning; different ones are refused.
private func checkedDuplicates(_ stack: SliceStack, _ slices: [DicomSlice], _ files: [DicomFile]) throws -> [ImageWarning] {
    guard !stack.duplicates.isEmpty else { return [] }
    for duplicate in stack.duplicates {
        let (kept, other) = (slices[duplicate.kept], slices[duplicate.other])
        guard try singleSlice(kept, files) == singleSlice(other, files) else {
            throw ImageFileError.conflictingSlices(
                first: frameName(kept, files), second: frameName(other, files), positionMM: duplicate.position)
        }
    }
    return [.init(.duplicateSlices, "\(stack.duplicates.count) slices were there twice with equal pixels; one copy was read")]
}

private func frameName(_ slice: DicomSlice, _ files: [DicomFile]) -> String {
    let file = files[slice.file]
    return file.frameCount > 1 ? "\(file.path) frame \(slice.frame + 1)" : file.path
}

private func fileWarnings(_ files: [DicomFile]) -> [ImageWarning] {
    var warnings: [ImageWarning] = []
    if files.contains(where: \.isLossy) {
        warnings.append(.init(.lossyCompression, "the images were compressed with loss"))
    }
    if files[0].modality != "CT" {
        warnings.append(.init(.notCT, "the modality is \(files[0].modality); its values were taken as Hounsfield units, as asked"))
    }
    let types = Set(files.compactMap(\.rescaleType)).subtracting(["HU"]).sorted()
    if !types.isEmpty {
        warnings.append(.init(.rescaleType, "the rescale type is \(types.joined(separator: ", ")), not HU; check the values"))
    }
    return warnings
}

private func dicomMetadata(
    _ series: DicomSeries, files: [DicomFile], slices: [DicomSlice], stack: SliceStack, volume: CTVolume, statistics: HUStatistics
) -> ImageMetadata {
    let head = files[slices[stack.order[0]].file]
    let slopes = slices.map(\.pose.slope)
    let intercepts = slices.map(\.pose.intercept)
    var metadata = ImageMetadata(
        format: .dicom, orientation: orientationName(of: volume.geometry), lowestHU: Int(statistics.lowest),
        highestHU: Int(statistics.highest), fileCount: files.count,
        storedType: (head.stored.isSigned ? "int" : "uint") + String(head.stored.count))
    metadata.dicom = DicomMetadata(
        series: series.summary, studyUID: head.studyUID, frameOfReferenceUID: head.frameOfReferenceUID,
        patientPosition: head.patientPosition, tubeVoltageKV: head.tubeVoltage, hasContrastAgent: head.hasContrastAgent,
        transferSyntaxUID: head.transferSyntaxUID,
        lowestRescaleSlope: slopes.min()!, highestRescaleSlope: slopes.max()!, lowestRescaleIntercept: intercepts.min()!,
        highestRescaleIntercept: intercepts.max()!, sliceThicknessMM: head.sliceThickness, smallestSliceGapMM: stack.smallestGap,
        largestSliceGapMM: stack.largestGap, gantryTiltDegrees: stack.isTilted ? stack.tilt * 180 / .pi : 0)
    return metadata
}
