import CImageShim.NRRD
import Foundation
import Volumes

/// What a NRRD header says, checked; teem reads it, and this file is the only user of its shim.
struct NRRDHeader {
    var layout: VoxelLayout
    var affine: IndexAffine
}

/// Reads a .nrrd file or a .nhdr header.
///
/// Throws: `ImageFileError`; also `.noOrientation` for the spaces that do not name left and right, and where the origin is absent.
func readNRRDHeader(_ path: String) throws -> NRRDHeader {
    let (text, headerBytes) = try nrrdHeaderText(path)
    let (kept, dataFile) = try takingOutDataFile(text, path: path)
    var header = lamina_nrrd_header()
    var message = [CChar](repeating: 0, count: 2048)
    switch lamina_nrrd_parse(kept, &header, &message, Int64(message.count)) {
    case Int32(LAMINA_NRRD_OK.rawValue): break
    case Int32(LAMINA_NRRD_REJECTED.rawValue):
        let lines = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: "\n")
        throw ImageFileError.corrupt(path: path, reason: lines.last.map(String.init) ?? "teem rejects the header")
    default: throw ImageFileError.corrupt(path: path, reason: "not enough memory for the header")
    }
    let layout = try nrrdLayout(header, dataPath: dataFile ?? path, headerBytes: dataFile == nil ? headerBytes : 0, path: path)
    return NRRDHeader(layout: layout, affine: try nrrdAffine(header, path: path))
}

/// The header, up to and with its blank line, and its length.
private func nrrdHeaderText(_ path: String) throws -> (text: String, byteCount: Int) {
    let bytes = try ByteSource(path: path, inflated: false).read(count: 1 << 20)
    var lineStart = 0
    while lineStart < bytes.count {
        let lineEnd = bytes[lineStart...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let line = bytes[lineStart..<lineEnd]
        if line.isEmpty || line.elementsEqual([UInt8(ascii: "\r")]) {
            return (String(decoding: bytes[..<lineStart], as: UTF8.self) + "\n", lineEnd + 1)
        }
        lineStart = lineEnd + 1
    }
    guard bytes.count < 1 << 20 else { throw ImageFileError.corrupt(path: path, reason: "the header does not end") }
    // A detached header may end with the file.
    return (String(decoding: bytes, as: UTF8.self) + "\n\n", bytes.count)
}

/// The header without its "data file" field, and the path of that file.
private func takingOutDataFile(_ text: String, path: String) throws -> (text: String, dataFile: String?) {
    var lines = text.replacingOccurrences(of: "\r\n", with: "\n").components(separatedBy: "\n")
    guard let at = lines.firstIndex(where: { $0.lowercased().hasPrefix("data file:") || $0.lowercased().hasPrefix("datafile:") }) else {
        return (lines.joined(separator: "\n"), nil)
    }
    let name = lines[at].drop { $0 != ":" }.dropFirst().trimmingCharacters(in: .whitespaces)
    guard !name.isEmpty, !name.hasPrefix("LIST"), !name.hasPrefix("SKIPLIST"), !name.contains("%") else {
        throw ImageFileError.unsupported(path: path, feature: "a NRRD header with several data files")
    }
    lines.remove(at: at)
    return (lines.joined(separator: "\n"), beside(path, name))
}

/// The path of a data file that a header names relative to itself.
func beside(_ header: String, _ name: String) -> String {
    let folder = (header as NSString).deletingLastPathComponent
    return name.hasPrefix("/") || folder.isEmpty ? name : folder + "/" + name
}

private func nrrdLayout(_ header: lamina_nrrd_header, dataPath: String, headerBytes: Int, path: String) throws -> VoxelLayout {
    let types: [ScalarType] = [.int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64, .float32, .float64]
    guard types.indices.contains(Int(header.type) - 1) else {
        throw ImageFileError.unsupported(path: path, feature: "NRRD data type \(header.type)")
    }
    guard header.dimension == 3 else {
        throw ImageFileError.unsupported(path: path, feature: "a NRRD of \(header.dimension) axes (one volume of 3 is needed)")
    }
    let encodings: [Int32: VoxelLayout.Encoding] = [
        Int32(LAMINA_NRRD_RAW.rawValue): .raw, Int32(LAMINA_NRRD_GZIP.rawValue): .deflated, Int32(LAMINA_NRRD_ASCII.rawValue): .text,
    ]
    guard let encoding = encodings[header.encoding] else {
        throw ImageFileError.unsupported(path: path, feature: "this NRRD encoding (raw, gzip or ascii is needed)")
    }
    guard header.line_skip == 0 else { throw ImageFileError.unsupported(path: path, feature: "a NRRD line skip") }
    let size = SIMD3(Int(header.size.0), Int(header.size.1), Int(header.size.2))
    var layout = VoxelLayout(
        path: dataPath, offset: headerBytes, encoding: encoding, size: size, type: types[Int(header.type) - 1],
        isBigEndian: header.big_endian != 0)
    let isSkip = header.byte_skip == -1 ? encoding == .raw : (0...VoxelLayout.largestSkip).contains(Int(header.byte_skip))
    guard isSkip else { throw ImageFileError.corrupt(path: path, reason: "byte skip is \(header.byte_skip)") }
    if header.byte_skip == -1 {
        // The voxels are the last bytes of the file; a size too large for it is found by the check that follows.
        let needed = min(size.x, 1 << 20) * min(size.y, 1 << 20) * min(size.z, 1 << 20) * layout.type.byteCount
        layout.offset = max(0, try regularFileSize(dataPath) - needed)
    } else if encoding == .deflated {
        layout.skip = Int(header.byte_skip)
    } else {
        layout.offset += Int(header.byte_skip)
    }
    return layout
}

private func nrrdAffine(_ header: lamina_nrrd_header, path: String) throws -> IndexAffine {
    let signs: [Int32: SIMD3<Double>] = [
        Int32(LAMINA_NRRD_LPS.rawValue): SIMD3(1, 1, 1), Int32(LAMINA_NRRD_RAS.rawValue): SIMD3(-1, -1, 1),
        Int32(LAMINA_NRRD_LAS.rawValue): SIMD3(1, -1, 1),
    ]
    guard let sign = signs[header.space] else {
        let name = withUnsafeBytes(of: header.space_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        throw ImageFileError.noOrientation(path: path, reason: "its space is \(name), not left-posterior-superior or the like")
    }
    guard header.oriented.0 != 0, header.oriented.1 != 0, header.oriented.2 != 0 else {
        throw ImageFileError.noOrientation(path: path, reason: "an axis has no space direction")
    }
    let units = header.millimetres_per_unit
    let scale = SIMD3(units.0, units.1, units.2)
    guard scale.sum().isFinite else { throw ImageFileError.unsupported(path: path, feature: "its space unit") }
    let origin = SIMD3(header.origin.0, header.origin.1, header.origin.2)
    guard origin.sum().isFinite else { throw ImageFileError.noOrientation(path: path, reason: "it has no space origin") }
    let d = header.direction
    let factor = sign * scale
    return IndexAffine(
        steps: (
            SIMD3(d.0.0, d.0.1, d.0.2) * factor, SIMD3(d.1.0, d.1.1, d.1.2) * factor, SIMD3(d.2.0, d.2.1, d.2.2) * factor
        ), origin: origin * factor)
}
