import Foundation
import Volumes

/// Reads the voxels as HU, a piece at a time: memory is the result and one piece.
func readHU(_ layout: VoxelLayout) throws -> (voxels: [Int16], statistics: HUStatistics) {
    var statistics = HUStatistics()
    let table =
        layout.type.byteCount <= 2
        ? HounsfieldTable(type: layout.type, isBigEndian: layout.isBigEndian, slope: layout.slope, intercept: layout.intercept) : nil
    let voxels = try [Int16](unsafeUninitializedCapacity: layout.voxelCount) { target, filled in
        let base = target.baseAddress!
        try forEachPiece(of: layout) { raw, type, isBigEndian, first, count in
            let piece =
                if let table, layout.encoding != .text {
                    table.convert(raw, count: count, into: base + first)
                } else {
                    convertToHU(
                        raw, type: type, isBigEndian: isBigEndian, slope: layout.slope, intercept: layout.intercept, count: count,
                        into: base + first)
                }
            statistics.merge(piece)
        }
        filled = layout.voxelCount
    }
    return (voxels, statistics)
}

/// Reads the voxels as labels.
///
/// Throws: `ImageFileError.badNumbers` where a value is not a whole number of 32 bits.
func readLabelNumbers(_ layout: VoxelLayout) throws -> [Int32] {
    try [Int32](unsafeUninitializedCapacity: layout.voxelCount) { target, filled in
        let base = target.baseAddress!
        try forEachPiece(of: layout) { raw, type, isBigEndian, first, count in
            var bad: Double?
            forEachNumber(raw, type: type, isBigEndian: isBigEndian, count: count) { n, stored in
                let value = stored * layout.slope + layout.intercept
                if let label = Int32(exactly: value) { base[first + n] = label } else { bad = value }
            }
            if let bad {
                throw ImageFileError.badNumbers(path: layout.path, reason: "a label map needs whole numbers, found \(bad)")
            }
        }
        filled = layout.voxelCount
    }
}

/// Reads the voxels as floats; NaN where a value is not finite.
func readFloats(_ layout: VoxelLayout) throws -> [Float] {
    try [Float](unsafeUninitializedCapacity: layout.voxelCount) { target, filled in
        let base = target.baseAddress!
        try forEachPiece(of: layout) { raw, type, isBigEndian, first, count in
            forEachNumber(raw, type: type, isBigEndian: isBigEndian, count: count) { n, value in base[first + n] = finite(value) }
        }
        filled = layout.voxelCount
    }
}

private typealias PieceBody = (
    _ raw: UnsafeRawPointer, _ type: ScalarType, _ isBigEndian: Bool, _ first: Int, _ count: Int
) throws -> Void

/// Calls `body` with consecutive pieces of the voxels; text arrives as float64 in host order.
private func forEachPiece(of layout: VoxelLayout, _ body: PieceBody) throws {
    if layout.encoding == .text { return try readText(layout, body) }
    let source = try ByteSource(path: layout.path, offset: layout.offset, inflated: layout.encoding == .deflated)
    try skip(layout.skip, in: source)
    let width = layout.type.byteCount
    let pieceCount = min(layout.voxelCount, 1 << 18)
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceCount * width, alignment: 16)
    defer { piece.deallocate() }
    var done = 0
    while done < layout.voxelCount {
        let count = min(pieceCount, layout.voxelCount - done)
        let got = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: piece[0..<(count * width)]))
        guard got == count * width else {
            throw ImageFileError.truncated(
                path: layout.path, expectedBytes: layout.voxelCount * width, foundBytes: done * width + got)
        }
        try body(UnsafeRawPointer(piece.baseAddress!), layout.type, layout.isBigEndian, done, count)
        done += count
    }
    try checkEnd(of: source, layout)
}

/// Reads on past the last voxel of a compressed file, so that its checksum is verified.
private func checkEnd(of source: ByteSource, _ layout: VoxelLayout) throws {
    guard layout.encoding == .deflated else { return }
    _ = try source.read(count: 1)
}

private func skip(_ count: Int, in source: ByteSource) throws {
    var left = count
    while left > 0 {
        let got = try source.read(count: min(left, 1 << 16)).count
        guard got > 0 else { throw ImageFileError.corrupt(path: source.path, reason: "the data end before the first voxel") }
        left -= got
    }
}

/// Text values; its size was checked against the file's, so it may be held whole.
private func readText(_ layout: VoxelLayout, _ body: PieceBody) throws {
    let source = try ByteSource(path: layout.path, offset: layout.offset, inflated: false)
    let text = try source.read(count: try regularFileSize(layout.path) - layout.offset)
    var values: [Double] = []
    values.reserveCapacity(layout.voxelCount)
    for word in text.split(whereSeparator: { $0 <= 0x20 || $0 == UInt8(ascii: ",") }).prefix(layout.voxelCount) {
        guard let value = Double(String(decoding: word, as: UTF8.self)) else {
            throw ImageFileError.corrupt(path: layout.path, reason: "voxel \(values.count) is no number")
        }
        values.append(value)
    }
    guard values.count == layout.voxelCount else {
        throw ImageFileError.corrupt(path: layout.path, reason: "\(values.count) of \(layout.voxelCount) voxels")
    }
    try values.withUnsafeBytes { try body($0.baseAddress!, .float64, false, 0, layout.voxelCount) }
}
