import Foundation
import Volumes

/// What a MetaImage header says, checked.
///
/// MetaImage is read here in Swift: the libraries that read it (ITK 155 MB, whose headers this compiler rejects; VTK 871 MB) cost
/// more than the format's few lines of text do.
struct MetaImageHeader {
    var layout: VoxelLayout
    var affine: IndexAffine
}

/// Reads a .mha file or a .mhd header. World coordinates are LPS, as ITK defines them.
///
/// Throws: `ImageFileError`; also `.noOrientation` without a TransformMatrix or an Offset.
func readMetaImageHeader(_ path: String) throws -> MetaImageHeader {
    let (fields, headerBytes) = try metaImageFields(path)
    func words(_ names: String...) -> [String]? {
        names.lazy.compactMap { fields[$0.lowercased()] }.first?.split(separator: " ").map(String.init)
    }
    func numbers(_ count: Int, _ names: String...) throws -> [Double]? {
        guard let text = names.lazy.compactMap({ fields[$0.lowercased()] }).first else { return nil }
        let values = text.split(separator: " ").compactMap { Double($0) }
        guard values.count == count else { throw ImageFileError.corrupt(path: path, reason: "\(names[0]) needs \(count) numbers: \(text)") }
        return values
    }
    guard let rank = words("NDims")?.first.flatMap({ Int($0) }), rank > 0, rank < 10 else {
        throw ImageFileError.corrupt(path: path, reason: "the header has no NDims")
    }
    guard rank == 3 else { throw ImageFileError.unsupported(path: path, feature: "an image of \(rank) dimensions") }
    guard let sizes = words("DimSize")?.compactMap({ Int($0) }), sizes.count == 3 else {
        throw ImageFileError.corrupt(path: path, reason: "DimSize needs 3 numbers")
    }
    guard let spacing = try numbers(3, "ElementSpacing") else {
        throw ImageFileError.corrupt(path: path, reason: "the header has no ElementSpacing")
    }
    // ITK refuses such spacing, others flip the axis or drop the sign.
    guard spacing.allSatisfy({ $0 > 0 }) else {
        throw ImageFileError.corrupt(path: path, reason: "ElementSpacing is not positive")
    }
    guard let m = try numbers(9, "TransformMatrix", "Rotation", "Orientation"), let o = try numbers(3, "Offset", "Position", "Origin")
    else { throw ImageFileError.noOrientation(path: path, reason: "the header has no TransformMatrix or no Offset") }
    try checkDirections(m, path: path)

    let layout = try metaImageLayout(fields, headerBytes: headerBytes, size: SIMD3(sizes[0], sizes[1], sizes[2]), path: path)
    // Each three numbers of the matrix are the direction of one index axis.
    let affine = IndexAffine(
        steps: (SIMD3(m[0], m[1], m[2]) * spacing[0], SIMD3(m[3], m[4], m[5]) * spacing[1], SIMD3(m[6], m[7], m[8]) * spacing[2]),
        origin: SIMD3(o[0], o[1], o[2]))
    return MetaImageHeader(layout: layout, affine: affine)
}

/// Where and how the voxels are kept, of an image of the given size.
func metaImageLayout(_ fields: [String: String], headerBytes: Int, size: SIMD3<Int>, path: String) throws -> VoxelLayout {
    func flag(_ names: String...) -> Bool {
        names.contains { (fields[$0.lowercased()] ?? "").lowercased().hasPrefix("t") || fields[$0.lowercased()] == "1" }
    }
    guard (fields["elementnumberofchannels"] ?? "1") == "1" else {
        throw ImageFileError.unsupported(path: path, feature: "an image of several channels")
    }
    let isCompressed = flag("CompressedData")
    let isText = fields["binarydata"] != nil && !flag("BinaryData")
    let data = try metaImageData(fields["elementdatafile"], headerBytes: headerBytes, path: path)
    var layout = VoxelLayout(
        path: data.path, offset: data.offset, encoding: isText ? .text : isCompressed ? .deflated : .raw,
        size: size, type: try metaImageType(fields["elementtype"], path: path),
        isBigEndian: flag("ElementByteOrderMSB", "BinaryDataByteOrderMSB"))
    try applyHeaderSize(fields["headersize"].flatMap { Int($0) } ?? 0, to: &layout)
    return layout
}

/// Each three numbers of the matrix are a direction. ITK scales the spacing by their lengths, others do not, so any length but 1 is refused.
private func checkDirections(_ m: [Double], path: String) throws {
    for row in [SIMD3(m[0], m[1], m[2]), SIMD3(m[3], m[4], m[5]), SIMD3(m[6], m[7], m[8])] {
        guard abs(row.length - 1) < 1e-3 else {
            throw ImageFileError.corrupt(path: path, reason: "a direction in TransformMatrix has length \(row.length) instead of 1")
        }
    }
}

/// The "name = value" lines up to ElementDataFile, which ends the header; names in lower case.
func metaImageFields(_ path: String) throws -> (fields: [String: String], byteCount: Int) {
    let bytes = try ByteSource(path: path, inflated: false).read(count: 1 << 16)
    var fields: [String: String] = [:]
    var lineStart = 0
    while let lineEnd = bytes[lineStart...].firstIndex(of: UInt8(ascii: "\n")) ?? (lineStart < bytes.count ? bytes.count : nil) {
        let line = String(decoding: bytes[lineStart..<lineEnd], as: UTF8.self)
        lineStart = min(lineEnd + 1, bytes.count)
        guard let equals = line.firstIndex(of: "=") else {
            if line.trimmingCharacters(in: .whitespaces).isEmpty { continue }
            throw ImageFileError.corrupt(path: path, reason: "a header line without '='")
        }
        let name = line[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
        fields[name] = line[line.index(after: equals)...].trimmingCharacters(in: .whitespacesAndNewlines)
        if name == "elementdatafile" { return (fields, lineStart) }
    }
    throw ImageFileError.corrupt(path: path, reason: "the header has no ElementDataFile")
}

private func metaImageData(_ name: String?, headerBytes: Int, path: String) throws -> (path: String, offset: Int) {
    guard let name, !name.isEmpty else { throw ImageFileError.corrupt(path: path, reason: "ElementDataFile is empty") }
    if name.uppercased() == "LOCAL" { return (path, headerBytes) }
    guard !name.uppercased().hasPrefix("LIST"), !name.contains("%") else {
        throw ImageFileError.unsupported(path: path, feature: "a MetaImage header with several data files")
    }
    return (beside(path, name), 0)
}

/// HeaderSize counts the bytes before the voxels of a separate file; -1 means that the voxels are its last bytes.
private func applyHeaderSize(_ headerSize: Int, to layout: inout VoxelLayout) throws {
    guard (-1...VoxelLayout.largestSkip).contains(headerSize) else {
        throw ImageFileError.corrupt(path: layout.path, reason: "HeaderSize is \(headerSize)")
    }
    if headerSize > 0 { layout.offset += headerSize }
    guard headerSize == -1, layout.encoding == .raw else { return }
    let (needed, overflow) = layout.size.x.multipliedReportingOverflow(by: layout.size.y &* layout.size.z &* layout.type.byteCount)
    if !overflow, needed > 0 { layout.offset = max(0, try regularFileSize(layout.path) - needed) }
}

private func metaImageType(_ name: String?, path: String) throws -> ScalarType {
    let types: [String: ScalarType] = [
        "MET_CHAR": .int8, "MET_UCHAR": .uint8, "MET_SHORT": .int16, "MET_USHORT": .uint16, "MET_INT": .int32, "MET_UINT": .uint32,
        "MET_LONG": .int32, "MET_ULONG": .uint32, "MET_LONG_LONG": .int64, "MET_ULONG_LONG": .uint64, "MET_FLOAT": .float32,
        "MET_DOUBLE": .float64,
    ]
    guard let type = name.flatMap({ types[$0.uppercased()] }) else {
        throw ImageFileError.unsupported(path: path, feature: "MetaImage element type \(name ?? "none")")
    }
    return type
}
