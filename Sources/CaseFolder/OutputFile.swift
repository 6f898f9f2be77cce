import Foundation

/// Whether a single output file can be written at a path, before the work that makes it begins.
///
/// - Throws: `CaseFolderError.fileExists` unless `replacing`; `.notAFile` for a folder, a device or a link to one; `.insideCase`.
public func checkOutputFile(_ path: String, replacing: Bool) throws {
    try checkNotInsideCase(URL(fileURLWithPath: path).standardizedFileURL.path)
    guard fileKind(of: path, following: false) != nil else { return }
    guard fileKind(of: path, following: true) == S_IFREG else { throw CaseFolderError.notAFile(path: path) }
    guard replacing else { throw CaseFolderError.fileExists(path: path) }
}

/// Writes a single output file, whole or not at all, also after a crash: under a hidden name beside its target, onto the disk, then renamed. Folders
/// above it are made; a link is followed to the file that it names.
///
/// - Throws: as `checkOutputFile`; `CaseFolderError.system`.
public func writeOutputFile(_ data: Data, to path: String, replacing: Bool) throws {
    try writeOutputFiles([OutputFile(path: path) { try writeDurably(data, to: $0) }], replacing: replacing)
}

/// A file to write, and what writes it.
public struct OutputFile {
    let path: String
    let write: (String) throws -> Void

    /// - Parameter write: writes a new file durably at the path that it is given, which ends as `path` does. The disk's answers are
    ///   `CaseFolderError.system`.
    public init(path: String, write: @escaping (String) throws -> Void) {
        (self.path, self.write) = (path, write)
    }
}

/// Writes the output files of one run as `writeOutputFile` does. None comes to its place before all are on the disk.
///
/// - Throws: as `checkOutputFile`; `CaseFolderError.system`; what a file's `write` throws.
public func writeOutputFiles(_ files: [OutputFile], replacing: Bool) throws {
    for file in files { try checkOutputFile(file.path, replacing: replacing) }
    var made: [String] = []
    var hidden: [String] = []
    do {
        for file in files {
            let target = resolvedTarget(file.path)
            made += try makeFolders((target as NSString).deletingLastPathComponent)
            let place = draftPrefix(of: target) + "\(ProcessInfo.processInfo.processIdentifier)." + (target as NSString).pathExtension
            hidden.append(place)
            do { try file.write(place) } catch { throw (error as? CaseFolderError)?.moved(from: place, to: file.path) ?? error }
        }
        for (file, place) in zip(files, hidden) {
            guard rename(place, resolvedTarget(file.path)) == 0 else { throw CaseFolderError.last("rename the finished file", file.path) }
        }
    } catch {
        for place in hidden { unlink(place) }
        removeEmpty(made)
        throw error
    }
    for parent in Set(files.map { (resolvedTarget($0.path) as NSString).deletingLastPathComponent }) { try synchronize(parent) }
}

private func resolvedTarget(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
