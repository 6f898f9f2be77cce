import CMinizip
import Foundation

// The only importer of minizip.

/// A ZIP file being written at a path. Entries carry no time, so the same contents give the same bytes.
final class ZipArchive {
    private let path: String
    /// Nil once it is finished.
    private var file: zipFile?

    /// - Throws: `ExchangeError.writeFailed`.
    init(creating path: String) throws {
        errno = 0
        guard let file = zipOpen64(path, APPEND_STATUS_CREATE) else { throw ExchangeError.writeFailed(path: path, errno: errno) }
        (self.path, self.file) = (path, file)
    }

    /// Adds a file of these bytes.
    func add(_ name: String, _ bytes: Data) throws {
        try add(name, byteCount: bytes.count) { write in try bytes.withUnsafeBytes(write) }
    }

    /// Adds a file that `body` appends to, `byteCount` bytes in all; compressed fast, since most of it is voxels.
    func add(_ name: String, byteCount: Int, _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
        var info = zip_fileinfo()
        // 1980-01-01, the first day that a ZIP knows: 0 would mean the fields of tmz_date.
        info.dosDate = 0x21 << 16
        // Only where needed: some readers of 3MF know no ZIP64.
        let isLarge: Int32 = byteCount >= 0xFFFF_FFFF ? 1 : 0
        try check(
            zipOpenNewFileInZip64(file, name, &info, nil, 0, nil, 0, nil, Z_DEFLATED, 4, isLarge))
        try body { bytes in
            // minizip takes 32-bit counts.
            for start in stride(from: 0, to: bytes.count, by: 1 << 30) {
                let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + 1 << 30)])
                try check(zipWriteInFileInZip(file, piece.baseAddress, UInt32(piece.count)))
            }
        }
        try check(zipCloseFileInZip(file))
    }

    /// Ends the archive and puts it onto the disk. An archive that is dropped without this is not whole.
    func finish() throws {
        errno = 0
        let status = zipClose(file, nil)
        file = nil
        guard status == ZIP_OK else { throw ExchangeError.writeFailed(path: path, errno: errno) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ExchangeError.writeFailed(path: path, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw ExchangeError.writeFailed(path: path, errno: errno) }
    }

    deinit { if let file { zipClose(file, nil) } }

    private func check(_ status: Int32) throws {
        guard status == ZIP_OK else { throw ExchangeError.writeFailed(path: path, errno: errno == 0 ? EIO : errno) }
    }
}
