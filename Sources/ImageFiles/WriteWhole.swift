import CImageShim.Bytes
import Foundation

/// Writes a file through a temporary one; `body` gets a function that appends bytes. The only user of the byte shim's sinks.
func writeWhole(to path: String, level: Int32, _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
    let temporary = path + ".\(getpid()).part"
    func fail() -> ImageFileError { .writeFailed(path: path, errno: errno) }
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw fail() }
    do {
        defer { close(descriptor) }
        var opened: OpaquePointer?
        guard lamina_sink_open(descriptor, level, &opened) == LAMINA_BYTES_OK.rawValue, let sink = opened else { throw fail() }
        do {
            try body { bytes in
                guard lamina_sink_write(sink, bytes.baseAddress, Int64(bytes.count)) == LAMINA_BYTES_OK.rawValue else { throw fail() }
            }
        } catch {
            _ = lamina_sink_close(sink)
            throw error
        }
        guard lamina_sink_close(sink) == LAMINA_BYTES_OK.rawValue, fsync(descriptor) == 0 else { throw fail() }
        guard rename(temporary, path) == 0 else { throw fail() }
    } catch {
        unlink(temporary)
        throw error
    }
}
