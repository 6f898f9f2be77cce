import Foundation

/// An open file of grey frames: a PNG, a TIFF's pages, the slices of a MetaImage, the frames of a DICOM file.
///
/// Formats are told by content. One frame is in memory at a time, besides what the format forces. Not for several threads at once.
public final class FrameFile {
    public let path: String
    private let source: any FrameSource

    /// Opens a file and checks its header.
    ///
    /// - Throws: `ImageFileError`. A header that declares more than its file can hold, or more than 16384 pixels a side, is refused before memory is
    ///   taken.
    public init(path: String) throws {
        self.path = path
        source = try frameSource(at: path)
        try checkFrameSize(columns: source.columns, rows: source.rows, path: path)
    }

    /// Of all frames.
    public var columns: Int { source.columns }
    public var rows: Int { source.rows }
    public var frameCount: Int { source.frameCount }

    /// What a DICOM file says of how its frames were taken; nil for other files.
    public var acquisition: DicomAcquisition? { (source as? DicomFrames)?.acquisition }

    /// A frame, counted from 0. Frames in order are read fastest: a compressed file is read on from where it was left.
    ///
    /// - Throws: `ImageFileError`; `.noSuchFrame` beyond the last.
    public func frame(_ index: Int) throws -> GreyImage {
        guard (0..<frameCount).contains(index) else { throw ImageFileError.noSuchFrame(path: path, index: index, count: frameCount) }
        return GreyImage(columns: columns, rows: rows, values: try source.frame(index))
    }
}

/// Whether a file of frames is there and not empty, without a look into it.
///
/// - Throws: `ImageFileError.unreadable`, `.empty`.
public func checkFrameFile(at path: String) throws { _ = try regularFileSize(path) }

/// What each format has to give.
protocol FrameSource: AnyObject {
    var columns: Int { get }
    var rows: Int { get }
    var frameCount: Int { get }
    /// `columns * rows` values.
    func frame(_ index: Int) throws -> [Float]
}

/// No detector has more pixels a side.
let largestFrameSide = 16384

func checkFrameSize(columns: Int, rows: Int, path: String) throws {
    guard columns > 0, rows > 0 else { throw ImageFileError.corrupt(path: path, reason: "a size of \(columns) x \(rows)") }
    guard columns <= largestFrameSide, rows <= largestFrameSide else {
        throw ImageFileError.unsupported(path: path, feature: "a frame of \(columns) x \(rows) pixels (\(largestFrameSide) a side at most)")
    }
}

private func frameSource(at path: String) throws -> any FrameSource {
    guard FileManager.default.fileExists(atPath: path) else {
        throw ImageFileError.unreadable(path: path, reason: "there is no such file or folder")
    }
    _ = try regularFileSize(path)
    let head = try ByteSource(path: path, inflated: false).read(count: 512)
    if head.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return try PNGFrames(path: path) }
    // Little- and big-endian, classic and large.
    let tiffMarks: [[UInt8]] = [[0x49, 0x49, 0x2A, 0], [0x4D, 0x4D, 0, 0x2A], [0x49, 0x49, 0x2B, 0], [0x4D, 0x4D, 0, 0x2B]]
    let isDicom = head.count >= 132 && head[128..<132].elementsEqual("DICM".utf8)
    // A DICOM file may have any preamble, a TIFF's too.
    if !isDicom, tiffMarks.contains(where: head.starts(with:)) { return try TIFFFrames(path: path) }
    let name = (path as NSString).pathExtension.lowercased()
    if name == "mha" || name == "mhd" || String(decoding: head, as: UTF8.self).contains("NDims") { return try MetaImageFrames(path: path) }
    if isDicom || name == "dcm" { return try DicomFrames(path: path) }
    throw ImageFileError.unrecognizedFrames(path: path)
}
