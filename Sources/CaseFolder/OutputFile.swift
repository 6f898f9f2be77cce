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
    try checkOutputFile(path, replacing: replacing)
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let parent = (target as NSString).deletingLastPathComponent
    let made = try makeFolders(parent)
    let hidden = draftPrefix(of: target) + "\(ProcessInfo.processInfo.processIdentifier)"
    do {
        try writeDurably(data, to: hidden)
        guard rename(hidden, target) == 0 else { throw CaseFolderError.last("rename the finished file", path) }
    } catch {
        unlink(hidden)
        removeEmpty(made)
        throw (error as? CaseFolderError)?.moved(from: hidden, to: path) ?? error
    }
    try synchronize(parent)
}
