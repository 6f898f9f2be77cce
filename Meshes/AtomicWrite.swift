import Foundation

/// Writes a file so that its path holds the old contents or all of the new, also after a crash: to a temporary name beside it, flushed to the
/// disk, then renamed.
func writeAtomically(_ bytes: Data, to path: String) throws {
    let temporary = path + ".part-\(ProcessInfo.processInfo.processIdentifier)"
    func failed() -> MeshError { .cannotWrite(path: path, reason: String(cString: strerror(errno))) }
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw failed() }
    do {
        try bytes.withUnsafeBytes { raw in
            var written = 0
            while written < raw.count {
                let n = write(file, raw.baseAddress! + written, raw.count - written)
                if n < 0 && errno == EINTR { continue }
                guard n > 0 else { throw failed() }
                written += n
            }
        }
        guard fsync(file) == 0 else { throw failed() }
    } catch {
        close(file)
        unlink(temporary)
        throw error
    }
    guard close(file) == 0, rename(temporary, path) == 0 else {
        let error = failed()
        unlink(temporary)
        throw error
    }
}
