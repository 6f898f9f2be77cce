import CImageShim.Bytes
import Foundation

/// A file's bytes from some offset on, inflated on the way where they are compressed. The only user of the byte shim's sources.
final class ByteSource {
    private let handle: OpaquePointer
    let path: String

    /// Opens `path` at `offset`; with `inflated` a zlib or gzip stream starts there.
    ///
    /// Throws: `ImageFileError.unreadable`.
    init(path: String, offset: Int = 0, inflated: Bool) throws {
        var opened: OpaquePointer?
        let status = lamina_source_open(path, Int64(offset), inflated ? 1 : 0, &opened)
        guard status == LAMINA_BYTES_OK.rawValue, let opened else {
            throw ImageFileError.unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        handle = opened
        self.path = path
    }

    deinit { lamina_source_close(handle) }

    /// Fills `buffer` as far as the data go; returns how many bytes were read.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let base = buffer.baseAddress, buffer.count > 0 else { return 0 }
        var got: Int64 = 0
        switch lamina_source_read(handle, base, Int64(buffer.count), &got) {
        case Int32(LAMINA_BYTES_OK.rawValue): return Int(got)
        case Int32(LAMINA_BYTES_SYSTEM.rawValue):
            throw ImageFileError.unreadable(path: path, reason: String(cString: strerror(errno)))
        default: throw ImageFileError.corrupt(path: path, reason: "the compressed data end early or fail their checksum")
        }
    }

    /// The next `count` bytes, or fewer at the end.
    func read(count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = try bytes.withUnsafeMutableBytes { try read(into: $0) }
        bytes.removeLast(count - got)
        return bytes
    }
}

/// The size of a regular file.
///
/// Throws: `ImageFileError.unreadable` for what is missing or not a regular file (a pipe or a device would hang or never end), and
/// `.empty`.
func regularFileSize(_ path: String) throws -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else {
        throw ImageFileError.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw ImageFileError.unreadable(path: path, reason: "not a regular file") }
    guard status.st_size > 0 else { throw ImageFileError.empty(path: path) }
    return Int(status.st_size)
}
