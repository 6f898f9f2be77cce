import CImageShim.PNG
import Foundation

/// The one frame of a PNG file.
final class PNGFrames: FrameSource {
    private let path: String
    private let bytes: [UInt8]
    private let header: lamina_png_header

    /// - Throws: `ImageFileError.unsupported` for what is not 8 or 16 bit grey: a colour picture is a screenshot, not a frame.
    init(path: String) throws {
        self.path = path
        bytes = try ByteSource(path: path, inflated: false).read(count: regularFileSize(path))
        var header = lamina_png_header()
        var message = [CChar](repeating: 0, count: Int(LAMINA_PNG_MESSAGE_BYTES))
        try check(lamina_png_parse(bytes, Int64(bytes.count), &header, &message), message, path: path)
        guard header.is_grey != 0, header.bits == 8 || header.bits == 16 else {
            let what = header.is_grey != 0 ? "a grey PNG of \(header.bits) bits" : "a PNG in colour, with a palette or with transparency"
            throw ImageFileError.unsupported(path: path, feature: what + " (export 8 or 16 bit grey)")
        }
        self.header = header
        // Deflate packs at most 1032 bytes into one, see VoxelLayout.
        let needed = columns * rows * bytesPerPixel
        guard needed <= bytes.count * 1032 else {
            throw ImageFileError.truncated(path: path, expectedBytes: needed, foundBytes: bytes.count * 1032)
        }
    }

    var columns: Int { Int(header.columns) }
    var rows: Int { Int(header.rows) }
    var frameCount: Int { 1 }
    private var bytesPerPixel: Int { Int(header.bits) / 8 }

    func frame(_ index: Int) throws -> [Float] {
        header.bits == 8 ? try decode(UInt8.self).map(Float.init) : try decode(UInt16.self).map(Float.init)
    }

    private func decode<Stored: UnsignedInteger & FixedWidthInteger>(_: Stored.Type) throws -> [Stored] {
        var values = [Stored](repeating: 0, count: columns * rows)
        var message = [CChar](repeating: 0, count: Int(LAMINA_PNG_MESSAGE_BYTES))
        let status = values.withUnsafeMutableBytes {
            lamina_png_decode(bytes, Int64(bytes.count), $0.baseAddress, Int64($0.count), &message)
        }
        try check(status, message, path: path)
        return values
    }
}

/// The bytes of a 16-bit grey PNG. The same values give the same bytes.
///
/// - Parameter grey: `columns * rows` values, row by row.
/// - Throws: `ImageFileError.unwritable` for more than 16384 pixels a side.
public func encodedPNG(grey: [UInt16], columns: Int, rows: Int) throws -> Data {
    precondition(grey.count == columns * rows, "one value for each pixel")
    return try grey.withUnsafeBytes { try encodedPNG($0, columns: columns, rows: rows, channels: 1) }
}

/// The bytes of an 8-bit RGB PNG. The same values give the same bytes.
///
/// - Parameter rgb: `3 * columns * rows` values: red, green, blue of each pixel, row by row.
/// - Throws: `ImageFileError.unwritable` for more than 16384 pixels a side.
public func encodedPNG(rgb: [UInt8], columns: Int, rows: Int) throws -> Data {
    precondition(rgb.count == 3 * columns * rows, "three values for each pixel")
    return try rgb.withUnsafeBytes { try encodedPNG($0, columns: columns, rows: rows, channels: 3) }
}

/// Writes a 16-bit grey PNG, whole or not at all; see `encodedPNG` and `writeNIfTI`.
///
/// - Throws: `ImageFileError.writeFailed`, `.unwritable`.
public func writePNG(grey: [UInt16], columns: Int, rows: Int, to path: String) throws {
    try write(encodedPNG(grey: grey, columns: columns, rows: rows), to: path)
}

/// Writes an 8-bit RGB PNG, whole or not at all; see `encodedPNG` and `writeNIfTI`.
///
/// - Throws: `ImageFileError.writeFailed`, `.unwritable`.
public func writePNG(rgb: [UInt8], columns: Int, rows: Int, to path: String) throws {
    try write(encodedPNG(rgb: rgb, columns: columns, rows: rows), to: path)
}

private func write(_ bytes: Data, to path: String) throws {
    try writeWhole(to: path, level: 0) { write in try bytes.withUnsafeBytes(write) }
}

private func encodedPNG(_ values: UnsafeRawBufferPointer, columns: Int, rows: Int, channels: Int32) throws -> Data {
    guard columns > 0, rows > 0, max(columns, rows) <= Int(LAMINA_PNG_LARGEST_SIDE) else {
        throw ImageFileError.unwritable(
            path: "PNG", reason: "\(columns) x \(rows) pixels; 1 to \(LAMINA_PNG_LARGEST_SIDE) a side can be written")
    }
    var bytes: UnsafeMutableRawPointer?
    var size: Int64 = 0
    var message = [CChar](repeating: 0, count: Int(LAMINA_PNG_MESSAGE_BYTES))
    let status = lamina_png_encode(values.baseAddress, Int64(columns), Int64(rows), channels, &bytes, &size, &message)
    guard status == LAMINA_PNG_OK.rawValue, let bytes else { throw ImageFileError.unwritable(path: "PNG", reason: text(message)) }
    defer { lamina_png_free(bytes) }
    return Data(bytes: bytes, count: Int(size))
}

private func check(_ status: Int32, _ message: [CChar], path: String) throws {
    switch status {
    case Int32(LAMINA_PNG_OK.rawValue): return
    case Int32(LAMINA_PNG_MEMORY.rawValue): throw ImageFileError.corrupt(path: path, reason: "it asks for more memory than there is")
    default: throw ImageFileError.corrupt(path: path, reason: text(message))
    }
}

private func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
