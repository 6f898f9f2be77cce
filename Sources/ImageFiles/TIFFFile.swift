import CImageShim.TIFF
import Foundation

/// The pages of a TIFF file, which must all have the same size.
final class TIFFFrames: FrameSource {
    private let path: String
    private let handle: OpaquePointer
    /// libtiff's errors come in here.
    private let message: UnsafeMutablePointer<CChar>
    private let fileSize: Int
    private let first: lamina_tiff_page
    let frameCount: Int

    /// - Throws: `ImageFileError`; `.unsupported` for what is not 8 or 16 bit unsigned grey, is turned by a tag, or is compressed in a way that only
    ///   pictures for the eye are.
    init(path: String) throws {
        self.path = path
        fileSize = try regularFileSize(path)
        let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(LAMINA_TIFF_MESSAGE_BYTES))
        message.initialize(repeating: 0, count: Int(LAMINA_TIFF_MESSAGE_BYTES))
        var opened: OpaquePointer?
        let status = lamina_tiff_open(path, &opened, message)
        guard status == LAMINA_TIFF_OK.rawValue, let opened else {
            defer { message.deallocate() }
            throw tiffError(status, String(cString: message), path: path)
        }
        do {
            frameCount = Int(lamina_tiff_page_count(opened))
            var page = lamina_tiff_page()
            let status = lamina_tiff_turn(opened, 0, &page)
            guard status == LAMINA_TIFF_OK.rawValue else { throw tiffError(status, String(cString: message), path: path) }
            try checkFrameSize(columns: Int(page.columns), rows: Int(page.rows), path: path)
            first = page
        } catch {
            lamina_tiff_close(opened)
            message.deallocate()
            throw error
        }
        (handle, self.message) = (opened, message)
    }

    deinit {
        lamina_tiff_close(handle)
        message.deallocate()
    }

    var columns: Int { Int(first.columns) }
    var rows: Int { Int(first.rows) }

    func frame(_ index: Int) throws -> [Float] {
        var page = lamina_tiff_page()
        try check(lamina_tiff_turn(handle, Int64(index), &page))
        guard page.columns == first.columns, page.rows == first.rows else {
            throw ImageFileError.wrongFrameSize(
                path: path, index: index, found: SIMD2(Int(page.columns), Int(page.rows)), expected: SIMD2(columns, rows))
        }
        let needed = columns * rows * Int(page.bits) / 8
        let possible = page.is_compressed != 0 ? fileSize * 1500 : fileSize
        guard needed <= possible else { throw ImageFileError.truncated(path: path, expectedBytes: needed, foundBytes: possible) }
        return page.bits == 8 ? try decode(UInt8.self).map(Float.init) : try decode(UInt16.self).map(Float.init)
    }

    private func decode<Stored: UnsignedInteger & FixedWidthInteger>(_: Stored.Type) throws -> [Stored] {
        var values = [Stored](repeating: 0, count: columns * rows)
        try check(values.withUnsafeMutableBytes { lamina_tiff_decode(handle, $0.baseAddress, Int64($0.count)) })
        return values
    }

    private func check(_ status: Int32) throws {
        guard status == LAMINA_TIFF_OK.rawValue else { throw tiffError(status, String(cString: message), path: path) }
    }
}

private func tiffError(_ status: Int32, _ message: String, path: String) -> ImageFileError {
    switch status {
    case Int32(LAMINA_TIFF_UNSUPPORTED.rawValue): .unsupported(path: path, feature: message)
    case Int32(LAMINA_TIFF_MEMORY.rawValue): .corrupt(path: path, reason: "it asks for more memory than there is")
    default: .corrupt(path: path, reason: message.isEmpty ? "it is no TIFF that can be read" : message)
    }
}
