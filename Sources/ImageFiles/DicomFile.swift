import CImageShim.DICOM
import Foundation

/// One frame of a DICOM file: its place in the patient (LPS+, mm) and its scale to HU.
struct DicomFrame: Equatable, Sendable {
    /// The centre of the first pixel.
    var position: SIMD3<Double>
    /// The directions of growing column and row index.
    var row: SIMD3<Double>
    var column: SIMD3<Double>
    /// Between columns and between rows (PixelSpacing names the rows first).
    var columnSpacing: Double
    var rowSpacing: Double
    var slope: Double
    var intercept: Double
}

/// What the header of one DICOM file says. GDCM reads it; this file is the only user of its shim.
struct DicomFile: Sendable {
    var path: String
    var modality = ""
    var sopClassUID = ""
    var imageType: [String] = []
    var seriesUID = ""
    var studyUID: String?
    var frameOfReferenceUID: String?
    /// To tell patients apart; it never leaves this module.
    var patient = ""
    var description: String?
    var manufacturer: String?
    var kernel: String?
    var patientPosition: String?
    var tubeVoltage: Double?
    var hasContrastAgent = false
    var rescaleType: String?
    var sliceThickness: Double?
    var isLossy = false
    var transferSyntaxUID = ""
    var columns = 0
    var rows = 0
    var bitsAllocated = 0
    var stored = StoredBits(count: 0, isSigned: false, padding: nil)
    var frameCount = 1
    var frames: [DicomFrame] = []
    /// Why the file cannot give slices, found while its header was read.
    var problem: ImageFileError?

    var hasPixels: Bool { columns > 0 && rows > 0 && bitsAllocated > 0 }
    var isLocalizer: Bool { imageType.contains("LOCALIZER") }
    var isPrimary: Bool { imageType.first == "ORIGINAL" && imageType.dropFirst().first == "PRIMARY" }
    var bytesPerPixel: Int { bitsAllocated / 8 }
}

/// What opening a file for DICOM gave.
enum DicomOpening: Sendable {
    case file(DicomFile)
    case notDicom
    case empty
}

/// Reads the header of a file, without its pixels.
///
/// Throws: `ImageFileError.unreadable`, and `.corrupt` for a file that is marked as DICOM and cannot be read.
func openDicomFile(_ path: String, allowMR: Bool) throws -> DicomOpening {
    let size: Int
    do { size = try regularFileSize(path) } catch ImageFileError.empty { return .empty }
    var handle: OpaquePointer?
    var message = [CChar](repeating: 0, count: LAMINA_DICOM_MESSAGE_BYTES)
    let status = lamina_dicom_open(path, &handle, &message)
    if status == LAMINA_DICOM_NOT_DICOM.rawValue { return .notDicom }
    guard status == LAMINA_DICOM_OK.rawValue, let handle else { throw dicomError(status, message, path: path) }
    defer { lamina_dicom_close(handle) }
    let tags = DicomTags(handle: handle)
    var file = DicomFile(path: path)
    readDescription(tags, into: &file)
    readPixelLayout(tags, into: &file)
    if !file.hasPixels { return try withoutPixels(tags, file) }
    guard file.modality == "CT" || (allowMR && file.modality == "MR") else { return .file(file) }
    do {
        try checkPixels(tags, file, fileSize: size)
        file.frames = try (0..<file.frameCount).map { try readFrame(tags, $0, file) }
    } catch let error as ImageFileError {
        file.problem = error
    }
    return .file(file)
}

/// What a file without a pixel layout is: a report, a directory, no DICOM at all, or a slice whose header is cut.
///
/// Throws: `ImageFileError.corrupt` for the cut slice, since leaving it out could leave out the last slice unseen.
private func withoutPixels(_ tags: DicomTags, _ file: DicomFile) throws -> DicomOpening {
    let isDirectory = tags.bits(0x0004, 0x1200) != nil
    let isMarked = try ByteSource(path: file.path, inflated: false).read(count: 132).suffix(4).elementsEqual("DICM".utf8)
    if !isMarked && file.sopClassUID.isEmpty { return .notDicom }
    let imageClasses = ["1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2"]
    guard isDirectory || !(file.sopClassUID.isEmpty || imageClasses.contains(file.sopClassUID)) else {
        throw ImageFileError.corrupt(path: file.path, reason: "the header ends before its pixels")
    }
    return .file(file)
}

/// Decodes all frames of a file into `pixels`, host byte order; sets the stored bits that the decoder found.
func decodePixels(of file: inout DicomFile, into pixels: UnsafeMutableRawBufferPointer) throws {
    var layout = layout(of: file)
    var message = [CChar](repeating: 0, count: LAMINA_DICOM_MESSAGE_BYTES)
    let status = lamina_dicom_decode(file.path, &layout, pixels.baseAddress, Int64(pixels.count), &message)
    guard status == LAMINA_DICOM_OK.rawValue else { throw dicomError(status, message, path: file.path) }
    file.stored.count = Int(layout.bits_stored)
    file.stored.isSigned = layout.is_signed != 0
}

private func dicomError(_ status: Int32, _ message: [CChar], path: String) -> ImageFileError {
    let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    switch status {
    case Int32(LAMINA_DICOM_UNSUPPORTED.rawValue): return .unsupported(path: path, feature: text)
    case Int32(LAMINA_DICOM_MEMORY.rawValue): return .corrupt(path: path, reason: "it asks for more memory than there is")
    default: return .corrupt(path: path, reason: text)
    }
}

/// The attributes of a file, for those who ask by tag.
///
/// Throws: `ImageFileError`; `.unrecognizedFrames` for what is no DICOM.
func openDicomTags<Result>(_ path: String, _ body: (DicomTags) throws -> Result) throws -> Result {
    var handle: OpaquePointer?
    var message = [CChar](repeating: 0, count: LAMINA_DICOM_MESSAGE_BYTES)
    let status = lamina_dicom_open(path, &handle, &message)
    if status == LAMINA_DICOM_NOT_DICOM.rawValue { throw ImageFileError.unrecognizedFrames(path: path) }
    guard status == LAMINA_DICOM_OK.rawValue, let handle else { throw dicomError(status, message, path: path) }
    defer { lamina_dicom_close(handle) }
    return try body(DicomTags(handle: handle))
}

/// Where uncompressed pixel data lie in a file; nil where they are compressed.
func plainPixels(of path: String) throws -> (offset: Int, byteCount: Int, isBigEndian: Bool)? {
    var (offset, bytes, isBigEndian) = (Int64(0), Int64(0), Int32(0))
    var message = [CChar](repeating: 0, count: LAMINA_DICOM_MESSAGE_BYTES)
    let status = lamina_dicom_plain_pixels(path, &offset, &bytes, &isBigEndian, &message)
    guard status == LAMINA_DICOM_OK.rawValue else { throw dicomError(status, message, path: path) }
    return bytes > 0 ? (Int(offset), Int(bytes), isBigEndian != 0) : nil
}

/// The compressed frames of a file, decoded one at a time.
final class CompressedFrames {
    private let handle: OpaquePointer
    private let path: String

    /// Nil where frames are cut into several fragments, and cannot be told apart without decoding.
    init?(of file: DicomFile) throws {
        var layout = layout(of: file)
        var opened: OpaquePointer?
        var message = [CChar](repeating: 0, count: LAMINA_DICOM_MESSAGE_BYTES)
        let status = lamina_dicom_pixels_open(file.path, &layout, &opened, &message)
        if status == LAMINA_DICOM_UNSUPPORTED.rawValue { return nil }
        guard status == LAMINA_DICOM_OK.rawValue, let opened else { throw dicomError(status, message, path: file.path) }
        (handle, path) = (opened, file.path)
    }

    deinit { lamina_dicom_pixels_close(handle) }

    /// Decodes a frame into memory of its size, host byte order; sets the stored bits that the decoder found.
    func decode(_ frame: Int, of file: inout DicomFile, into pixels: UnsafeMutableRawBufferPointer) throws {
        var layout = layout(of: file)
        var message = [CChar](repeating: 0, count: LAMINA_DICOM_MESSAGE_BYTES)
        let status = lamina_dicom_pixels_frame(handle, Int64(frame), &layout, pixels.baseAddress, Int64(pixels.count), &message)
        guard status == LAMINA_DICOM_OK.rawValue else { throw dicomError(status, message, path: path) }
        file.stored.count = Int(layout.bits_stored)
        file.stored.isSigned = layout.is_signed != 0
    }
}

private func layout(of file: DicomFile) -> lamina_dicom_layout {
    lamina_dicom_layout(
        columns: Int64(file.columns), rows: Int64(file.rows), frames: Int64(file.frameCount), bits_allocated: Int32(file.bitsAllocated),
        bits_stored: Int32(file.stored.count), is_signed: file.stored.isSigned ? 1 : 0)
}

/// Attributes of an open file by tag.
struct DicomTags {
    let handle: OpaquePointer

    /// The text of an attribute of the data set, or with `frame` of the functional groups of that frame, then of the data set.
    func text(_ group: UInt16, _ element: UInt16, frame: Int? = nil, capacity: Int = 1024) -> String? {
        var buffer = [CChar](repeating: 0, count: capacity)
        var length: Int64 = -1
        if let frame { length = lamina_dicom_text(handle, Int64(frame), group, element, &buffer, Int64(buffer.count)) }
        if length < 0 { length = lamina_dicom_text(handle, -1, group, element, &buffer, Int64(buffer.count)) }
        guard length >= 0 else { return nil }
        let text = String(decoding: buffer[..<Int(length)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.trimmingCharacters(in: .whitespaces)
    }

    /// Exactly `count` finite numbers of a decimal string.
    func numbers(_ group: UInt16, _ element: UInt16, count: Int, frame: Int? = nil) -> [Double]? {
        guard let text = text(group, element, frame: frame) else { return nil }
        let values = text.split(separator: "\\").compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
        return values.count == count && values.allSatisfy(\.isFinite) ? values : nil
    }

    /// All numbers of a decimal or integer string, however many; nil where one of them is none.
    func list(_ group: UInt16, _ element: UInt16) -> [Double]? {
        // Times of 60000 frames, in 16 characters each.
        guard let text = text(group, element, capacity: 1 << 20) else { return nil }
        let values = text.split(separator: "\\", omittingEmptySubsequences: false).map { Double($0.trimmingCharacters(in: .whitespaces)) }
        return values.contains { $0?.isFinite != true } ? nil : values.compactMap { $0 }
    }

    func bits(_ group: UInt16, _ element: UInt16) -> UInt16? {
        var bits: UInt16 = 0
        return lamina_dicom_bits16(handle, group, element, &bits) == 1 ? bits : nil
    }

    var transferSyntax: String {
        var buffer = [CChar](repeating: 0, count: 128)
        lamina_dicom_transfer_syntax(handle, &buffer, Int64(buffer.count))
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

private func readDescription(_ tags: DicomTags, into file: inout DicomFile) {
    file.modality = tags.text(0x0008, 0x0060) ?? ""
    file.sopClassUID = tags.text(0x0008, 0x0016) ?? ""
    file.imageType = (tags.text(0x0008, 0x0008) ?? "").split(separator: "\\").map { $0.trimmingCharacters(in: .whitespaces) }
    file.seriesUID = tags.text(0x0020, 0x000E) ?? ""
    file.studyUID = tags.text(0x0020, 0x000D)
    file.frameOfReferenceUID = tags.text(0x0020, 0x0052)
    file.patient = [tags.text(0x0010, 0x0020), tags.text(0x0010, 0x0010)].map { $0 ?? "" }.joined(separator: "\n")
    file.description = tags.text(0x0008, 0x103E)
    file.manufacturer = tags.text(0x0008, 0x0070)
    file.kernel = tags.text(0x0018, 0x1210, frame: 0)
    file.patientPosition = tags.text(0x0018, 0x5100)
    file.tubeVoltage = tags.numbers(0x0018, 0x0060, count: 1, frame: 0)?[0]
    file.hasContrastAgent = tags.text(0x0018, 0x0010) != nil
    file.rescaleType = tags.text(0x0028, 0x1054, frame: 0)
    file.sliceThickness = tags.numbers(0x0018, 0x0050, count: 1, frame: 0)?[0]
    file.transferSyntaxUID = tags.transferSyntax
    // JPEG baseline and extended lose even where the attribute is absent.
    let lossySyntaxes = ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"]
    file.isLossy = tags.text(0x0028, 0x2110) == "01" || lossySyntaxes.contains(file.transferSyntaxUID)
}

func readPixelLayout(_ tags: DicomTags, into file: inout DicomFile) {
    file.rows = Int(tags.bits(0x0028, 0x0010) ?? 0)
    file.columns = Int(tags.bits(0x0028, 0x0011) ?? 0)
    file.bitsAllocated = Int(tags.bits(0x0028, 0x0100) ?? 0)
    file.stored = StoredBits(
        count: Int(tags.bits(0x0028, 0x0101) ?? 0), isSigned: tags.bits(0x0028, 0x0103) == 1, padding: tags.bits(0x0028, 0x0120))
    file.frameCount = tags.text(0x0028, 0x0008).map { Int($0) ?? 0 } ?? 1
}

/// Throws where the pixels cannot be what the header says; before any memory is taken for them.
func checkPixels(_ tags: DicomTags, _ file: DicomFile, fileSize: Int, photometric: Set<String> = ["MONOCHROME2"]) throws {
    guard (tags.bits(0x0028, 0x0002) ?? 1) == 1, photometric.contains(tags.text(0x0028, 0x0004) ?? "MONOCHROME2") else {
        throw ImageFileError.unsupported(path: file.path, feature: "an image that is not \(photometric.sorted().joined(separator: " or "))")
    }
    guard [8, 16, 32].contains(file.bitsAllocated), (1...file.bitsAllocated).contains(file.stored.count),
        Int(tags.bits(0x0028, 0x0102) ?? UInt16(file.stored.count - 1)) == file.stored.count - 1
    else {
        throw ImageFileError.corrupt(path: file.path, reason: "\(file.stored.count) bits stored of \(file.bitsAllocated)")
    }
    guard file.frameCount > 0, file.frameCount <= 1 << 20 else {
        throw ImageFileError.corrupt(path: file.path, reason: "\(file.frameCount) frames")
    }
    try checkTransferSyntax(file)
    let plain = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"].contains(file.transferSyntaxUID)
    let declared = file.rows * file.columns * file.frameCount * file.bytesPerPixel
    // An even slice of air shrinks to some hundred bytes in JPEG 2000 and JPEG-LS, a file's header alone has as many.
    let possible = plain ? fileSize : fileSize * 5000
    guard declared <= possible else {
        throw ImageFileError.truncated(path: file.path, expectedBytes: declared, foundBytes: possible)
    }
}

/// Throws for films and the like (MPEG, H.264 and others), which GDCM knows by name and does not decode.
private func checkTransferSyntax(_ file: DicomFile) throws {
    let films = (100...108).map { "1.2.840.10008.1.2.4.\($0)" }
    guard !films.contains(where: { file.transferSyntaxUID == $0 || file.transferSyntaxUID.hasPrefix($0 + ".") }) else {
        throw ImageFileError.unsupported(path: file.path, feature: "transfer syntax \(file.transferSyntaxUID)")
    }
}

private func readFrame(_ tags: DicomTags, _ frame: Int, _ file: DicomFile) throws -> DicomFrame {
    func needed(_ group: UInt16, _ element: UInt16, _ count: Int, _ name: String) throws -> [Double] {
        guard let values = tags.numbers(group, element, count: count, frame: frame) else {
            let tag = String(format: "%@ (%04X,%04X)", name, group, element)
            throw ImageFileError.missingTag(path: file.path, tag: file.frameCount > 1 ? "\(tag) of frame \(frame + 1)" : tag)
        }
        return values
    }
    let p = try needed(0x0020, 0x0032, 3, "ImagePositionPatient")
    let o = try needed(0x0020, 0x0037, 6, "ImageOrientationPatient")
    let spacing = try needed(0x0028, 0x0030, 2, "PixelSpacing")
    // A negative distance would mirror the patient.
    guard spacing[0] > 0, spacing[1] > 0 else { throw ImageFileError.corrupt(path: file.path, reason: "PixelSpacing is not positive") }
    // A synthetic CT in an MR object may hold its HU unscaled.
    func scale(_ element: UInt16, _ name: String, unscaled: Double) throws -> Double {
        if file.modality == "CT" { return try needed(0x0028, element, 1, name)[0] }
        return tags.numbers(0x0028, element, count: 1, frame: frame)?[0] ?? unscaled
    }
    let intercept = try scale(0x1052, "RescaleIntercept", unscaled: 0)
    let slope = try scale(0x1053, "RescaleSlope", unscaled: 1)
    guard slope != 0 else { throw ImageFileError.corrupt(path: file.path, reason: "RescaleSlope is 0") }
    return DicomFrame(
        position: SIMD3(p[0], p[1], p[2]), row: SIMD3(o[0], o[1], o[2]), column: SIMD3(o[3], o[4], o[5]), columnSpacing: spacing[1],
        rowSpacing: spacing[0], slope: slope, intercept: intercept)
}
