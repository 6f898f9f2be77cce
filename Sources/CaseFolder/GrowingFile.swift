import Foundation

/// A new file that is written line by line while others read along. In a draft its commit makes it durable; by itself `synchronize` does.
public final class GrowingFile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// - Throws: `CaseFolderError.system`, also when the file exists.
    public init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw CaseFolderError.last("write", path) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Hands all of it to the system: it is in the file when this returns.
    ///
    /// - Throws: `CaseFolderError.system`.
    public func append(_ data: Data) throws { try writeAll(data, to: descriptor, path: path) }

    /// Brings all of it to the disk.
    ///
    /// - Throws: `CaseFolderError.system`.
    public func synchronize() throws {
        guard fsync(descriptor) == 0 else { throw CaseFolderError.last("synchronize", path) }
    }
}
