import CDicomExportShim
import Foundation

/// The series that a case was planned on, as far as objects made of it take it over.
struct DicomSource {
    struct Image {
        var sopClass: String
        var sopInstance: String
        /// Of its first pixel, LPS mm; not numbers where the file is no single slice.
        var position: SIMD3<Double>
    }

    /// Attributes as they stand in the first file, in its own character set; those that it lacks are absent.
    let texts: [DicomTag: DicomText]
    let seriesUID: String
    let images: [Image]

    /// - Parameter files: all of one series.
    /// - Throws: `ExchangeError.unusableSource`.
    init(files: [String], tags: [DicomTag]) throws {
        guard let first = files.first else { preconditionFailure("a scan has files") }
        (texts, seriesUID) = try withDicomFile(first) { file in
            let found = tags.compactMap { tag in file(tag).map { (tag, $0) } }
            return (Dictionary(uniqueKeysWithValues: found), try needed(file, .seriesUID, "SeriesInstanceUID", first))
        }
        images = try files.map { path in
            try withDicomFile(path) { file in
                let position = file(.position)?.string.split(separator: "\\").compactMap { Double($0) } ?? []
                return Image(
                    sopClass: try needed(file, .sopClass, "SOPClassUID", path),
                    sopInstance: try needed(file, .sopInstance, "SOPInstanceUID", path),
                    position: position.count == 3 ? SIMD3(position[0], position[1], position[2]) : SIMD3(repeating: .nan))
            }
        }
    }
}

struct DicomTag: Hashable {
    let group: UInt16
    let element: UInt16

    init(_ group: UInt16, _ element: UInt16) { (self.group, self.element) = (group, element) }

    static let characterSet = DicomTag(0x0008, 0x0005)
    static let sopClass = DicomTag(0x0008, 0x0016)
    static let sopInstance = DicomTag(0x0008, 0x0018)
    static let studyUID = DicomTag(0x0020, 0x000D)
    static let seriesUID = DicomTag(0x0020, 0x000E)
    static let position = DicomTag(0x0020, 0x0032)
    static let frameOfReferenceUID = DicomTag(0x0020, 0x0052)
}

/// An attribute's bytes, which may be of any character set, with a 0 at the end.
struct DicomText {
    let bytes: [CChar]

    init(bytes: [CChar]) { self.bytes = bytes }
    init(_ text: String) { bytes = text.utf8CString.map(\.self) }

    /// For what is plain ASCII by definition, such as UIDs and numbers.
    var string: String {
        String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self).trimmingCharacters(in: .whitespaces)
    }
}

private func needed(_ file: (DicomTag) -> DicomText?, _ tag: DicomTag, _ name: String, _ path: String) throws -> String {
    guard let text = file(tag)?.string, !text.isEmpty else {
        throw ExchangeError.unusableSource(path: path, reason: "it has no \(name), so nothing can refer to it")
    }
    return text
}

private func withDicomFile<Result>(_ path: String, _ body: ((DicomTag) -> DicomText?) throws -> Result) throws -> Result {
    var opened: OpaquePointer?
    var message = [CChar](repeating: 0, count: Int(LAMINA_EXPORT_MESSAGE_BYTES))
    guard lamina_export_source_open(path, &opened, &message) == 0, let source = opened else {
        throw ExchangeError.unusableSource(path: path, reason: DicomText(bytes: message.prefix { $0 != 0 } + [0]).string)
    }
    defer { lamina_export_source_close(source) }
    return try body { tag in
        let length = lamina_export_source_text(source, tag.group, tag.element, nil, 0)
        guard length >= 0 else { return nil }
        var text = [CChar](repeating: 0, count: Int(length) + 1)
        _ = lamina_export_source_text(source, tag.group, tag.element, &text, Int64(text.count))
        return DicomText(bytes: text)
    }
}
