import Foundation

/// The slices of a MetaImage of two or three dimensions. Its place in the patient, if it says any, is passed over: frames have a geometry of their own.
final class MetaImageFrames: FrameSource {
    private let layout: VoxelLayout
    /// Of a compressed file: where reading has come to, and the frame that follows.
    private var source: ByteSource?
    private var next = 0
    /// Of a file of text, which is read at once.
    private var numbers: [Float]?

    init(path: String) throws {
        let (fields, headerBytes) = try metaImageFields(path)
        let size = (fields["dimsize"] ?? "").split(separator: " ").compactMap { Int($0) }
        let rank = Int(fields["ndims"] ?? "")
        guard rank == size.count else { throw ImageFileError.corrupt(path: path, reason: "DimSize needs NDims numbers") }
        guard rank == 2 || rank == 3 else { throw ImageFileError.unsupported(path: path, feature: "an image of \(size.count) dimensions") }
        layout = try metaImageLayout(fields, headerBytes: headerBytes, size: SIMD3(size[0], size[1], rank == 3 ? size[2] : 1), path: path)
        try layout.check(limit: Int.max / 16)
    }

    var columns: Int { layout.size.x }
    var rows: Int { layout.size.y }
    var frameCount: Int { layout.size.z }
    private var pixelCount: Int { columns * rows }
    private var byteCount: Int { pixelCount * layout.type.byteCount }

    func frame(_ index: Int) throws -> [Float] {
        switch layout.encoding {
        case .text:
            if numbers == nil { numbers = try readFloats(layout) }
            return Array(numbers![index * pixelCount..<(index + 1) * pixelCount])
        case .raw:
            return try read(from: ByteSource(path: layout.path, offset: layout.offset + layout.skip + index * byteCount, inflated: false))
        case .deflated:
            if source == nil || index < next {
                source = try ByteSource(path: layout.path, offset: layout.offset, inflated: true)
                next = 0
            }
            // A stream that failed half way is of no use any more.
            let stream = source!
            source = nil
            for _ in next..<index { _ = try bytes(from: stream) }
            let values = try read(from: stream)
            // Reading on past the last voxel verifies the checksum.
            if index == frameCount - 1 { _ = try stream.read(count: 1) }
            (source, next) = (stream, index + 1)
            return values
        }
    }

    private func bytes(from stream: ByteSource) throws -> [UInt8] {
        let bytes = try stream.read(count: byteCount)
        guard bytes.count == byteCount else {
            throw ImageFileError.truncated(
                path: layout.path, expectedBytes: byteCount * frameCount, foundBytes: next * byteCount + bytes.count)
        }
        return bytes
    }

    private func read(from stream: ByteSource) throws -> [Float] {
        let raw = try bytes(from: stream)
        return [Float](unsafeUninitializedCapacity: pixelCount) { target, filled in
            let base = target.baseAddress!
            raw.withUnsafeBytes {
                forEachNumber($0.baseAddress!, type: layout.type, isBigEndian: layout.isBigEndian, count: pixelCount) { n, value in
                    base[n] = finite(value)
                }
            }
            filled = pixelCount
        }
    }
}

/// A number that a float holds, or NaN.
@inline(__always)
func finite(_ value: Double) -> Float {
    let number = Float(value)
    return number.isFinite ? number : .nan
}
