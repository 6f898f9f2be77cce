import Foundation

/// The frames of a DICOM XA or RF file, in stored values: no modality look-up table and no window is applied, for these are made for the eye.
final class DicomFrames: FrameSource {
    let acquisition: DicomAcquisition
    private var file: DicomFile
    private enum Pixels {
        case plain(offset: Int, isBigEndian: Bool)
        case compressed(CompressedFrames)
        /// All frames, decoded at once because the file does not keep them apart.
        case decoded([UInt8])
    }
    private var pixels: Pixels

    /// - Throws: `ImageFileError`; `.notXRay` for other modalities.
    init(path: String) throws {
        let size = try regularFileSize(path)
        var opened = DicomFile(path: path)
        acquisition = try openDicomTags(path) { tags in
            opened.modality = tags.text(0x0008, 0x0060) ?? ""
            opened.patientPosition = tags.text(0x0018, 0x5100)
            opened.transferSyntaxUID = tags.transferSyntax
            readPixelLayout(tags, into: &opened)
            guard opened.modality == "XA" || opened.modality == "RF" else {
                throw ImageFileError.notXRay(path: path, modality: opened.modality)
            }
            guard opened.hasPixels else { throw ImageFileError.corrupt(path: path, reason: "it has no pixels") }
            try checkFrameSize(columns: opened.columns, rows: opened.rows, path: path)
            try checkPixels(tags, opened, fileSize: size, photometric: ["MONOCHROME1", "MONOCHROME2"])
            guard opened.bitsAllocated <= 16 else {
                throw ImageFileError.unsupported(path: path, feature: "a frame of \(opened.bitsAllocated) bits")
            }
            return try readAcquisition(tags, opened)
        }
        let frameBytes = opened.columns * opened.rows * opened.bytesPerPixel
        if let plain = try plainPixels(of: path), !(plain.isBigEndian && opened.bitsAllocated == 8) {
            guard plain.byteCount >= frameBytes * opened.frameCount else {
                throw ImageFileError.truncated(path: path, expectedBytes: frameBytes * opened.frameCount, foundBytes: plain.byteCount)
            }
            pixels = .plain(offset: plain.offset, isBigEndian: plain.isBigEndian)
        } else if let compressed = try CompressedFrames(of: opened) {
            pixels = .compressed(compressed)
        } else {
            var all = [UInt8](repeating: 0, count: frameBytes * opened.frameCount)
            try all.withUnsafeMutableBytes { try decodePixels(of: &opened, into: $0) }
            pixels = .decoded(all)
        }
        file = opened
    }

    var columns: Int { file.columns }
    var rows: Int { file.rows }
    var frameCount: Int { file.frameCount }

    func frame(_ index: Int) throws -> [Float] {
        let byteCount = columns * rows * file.bytesPerPixel
        switch pixels {
        case .plain(let offset, let isBigEndian):
            let bytes = try ByteSource(path: file.path, offset: offset + index * byteCount, inflated: false).read(count: byteCount)
            guard bytes.count == byteCount else {
                throw ImageFileError.truncated(path: file.path, expectedBytes: byteCount, foundBytes: bytes.count)
            }
            return values(bytes[...], isBigEndian: isBigEndian)
        case .compressed(let frames):
            var bytes = [UInt8](repeating: 0, count: byteCount)
            try bytes.withUnsafeMutableBytes { try frames.decode(index, of: &file, into: $0) }
            return values(bytes[...], isBigEndian: false)
        case .decoded(let all): return values(all[index * byteCount..<(index + 1) * byteCount], isBigEndian: false)
        }
    }

    /// Bits beyond the stored ones may hold overlays, and are cut off.
    private func values(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> [Float] {
        let width = file.bytesPerPixel
        let stored = file.stored
        let kept = stored.count == 16 ? 0xFFFF : (1 << stored.count) - 1
        return bytes.withUnsafeBytes { raw in
            (0..<columns * rows).map { n in
                var bits = width == 1 ? Int(raw[n]) : Int(raw.loadUnaligned(fromByteOffset: 2 * n, as: UInt16.self))
                if width == 2, isBigEndian { bits = Int(UInt16(bits).byteSwapped) }
                bits &= kept
                return Float(stored.isSigned && bits >> (stored.count - 1) == 1 ? bits - kept - 1 : bits)
            }
        }
    }
}
