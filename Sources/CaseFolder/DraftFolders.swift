import Foundation
import Synchronization

/// Outputs being written that can still be taken back.
protocol Draft: AnyObject, Sendable {
    var target: String { get }
    /// Removes what was written.
    func discard()
}

/// The drafts of this process that are neither committed nor discarded.
let openDrafts = OpenDrafts()

struct OpenDrafts: ~Copyable, Sendable {
    private struct State {
        var open: [any Draft] = []
        var hasCommitted = false

        mutating func remove(_ draft: any Draft, _ last: () throws -> Void) rethrows {
            guard let index = open.firstIndex(where: { $0 === draft }) else { return }
            try last()
            open.remove(at: index)
        }
    }
    private let state = Mutex(State())

    func add(_ draft: any Draft) { state.withLock { $0.open.append(draft) } }

    /// Runs `last` on a draft that is still open and takes it off the list when that succeeds; nothing else can touch the draft meanwhile.
    func remove(_ draft: any Draft, _ last: () throws -> Void) rethrows {
        try state.withLock { try $0.remove(draft, last) }
    }

    /// As `remove`, for the step that brings the draft to its place.
    ///
    /// - Throws: `CaseFolderError.system` when the draft was discarded meanwhile.
    func commit(_ draft: any Draft, _ last: () throws -> Void) throws {
        try state.withLock { state in
            guard state.open.contains(where: { $0 === draft }) else {
                throw CaseFolderError.system(action: "finish the output", path: draft.target, errno: ECANCELED)
            }
            try state.remove(draft, last)
            state.hasCommitted = true
        }
    }

    func discardAll() -> Bool { discard { _ in true } }

    /// - Returns: whether anything was committed before.
    @discardableResult func discard(where isMeant: (_ target: String) -> Bool) -> Bool {
        state.withLock { state in
            for draft in state.open where isMeant(draft.target) { draft.discard() }
            state.open.removeAll { isMeant($0.target) }
            return state.hasCommitted
        }
    }
}

/// Removes every case and file that is being written. For the handler of a signal that ends the process; a commit under way is finished first.
///
/// - Returns: whether this process has written an output before, which then stands.
public func discardOpenDrafts() -> Bool { openDrafts.discardAll() }

/// Drafts of `/a/case`, a folder or a file, are hidden siblings `/a/.case.lamina-XXXXXX`.
func draftPrefix(of target: String) -> String {
    let parent = (target as NSString).deletingLastPathComponent
    return "\(parent)/.\((target as NSString).lastPathComponent).lamina-"
}

/// Makes a draft of a target and locks it.
///
/// Another run's clean-up may take the folder between its making and its locking; then it is made anew.
func makeLockedFolder(for target: String) throws -> (folder: String, lock: Int32) {
    while true {
        var template = Array((draftPrefix(of: target) + "XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw CaseFolderError.last("make the folder", target) }
        let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        // mkdtemp makes it private; the case is as open as the user's other files.
        let mask = umask(0)
        umask(mask)
        chmod(folder, 0o777 & ~mask)
        if let lock = lockIfFree(folder) { return (folder, lock) }
    }
}

/// Runs a last step while no other process runs its own in this folder. Where the file system has no locks it is run all the same.
func alone(in folder: String, _ step: () throws -> Void) throws {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CaseFolderError.last("open", folder) }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    try step()
}

/// Holds the lock of a folder, or nil when another process holds it or the folder is gone.
private func lockIfFree(_ folder: String) -> Int32? {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    var opened = stat()
    var named = stat()
    // A file system without locks (ENOLCK, EOPNOTSUPP) must not stop the work; its abandoned drafts are then left alone.
    let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno == ENOLCK || errno == EOPNOTSUPP
    guard isLocked, fstat(descriptor, &opened) == 0, stat(folder, &named) == 0, opened.st_ino == named.st_ino else {
        close(descriptor)
        return nil
    }
    return descriptor
}

/// Removes drafts of this target whose process is gone: their lock is free.
func removeAbandonedDrafts(of target: String) {
    let prefix = draftPrefix(of: target)
    let parent = (target as NSString).deletingLastPathComponent
    let hidden = (prefix as NSString).lastPathComponent
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    for name in names where name.hasPrefix(hidden) {
        guard let lock = lockIfFree(parent + "/" + name) else { continue }
        removeTree(parent + "/" + name)
        close(lock)
    }
}

/// Makes a folder and those above it, and returns those that were missing, outermost first.
@discardableResult
func makeFolders(_ path: String) throws -> [String] {
    var missing: [String] = []
    var folder = path
    while !folder.isEmpty, folder != "/", access(folder, F_OK) != 0 {
        missing.append(folder)
        folder = (folder as NSString).deletingLastPathComponent
    }
    missing.reverse()
    for folder in missing where mkdir(folder, 0o777) != 0 && errno != EEXIST {
        throw CaseFolderError.last("make the folder", folder)
    }
    return missing
}

/// Removes those folders that are empty, innermost first.
func removeEmpty(_ folders: [String]) {
    for folder in folders.reversed() { rmdir(folder) }
}

/// Removes a draft's folder. It is renamed first, so that a writer still at work in it can make no new file there.
func removeDraft(_ folder: String) {
    let doomed = folder + ".discarded"
    removeTree(rename(folder, doomed) == 0 ? doomed : folder)
}

/// Removes a folder with all in it. A writer that is still at work in it may add a file meanwhile, so it is tried a few times.
func removeTree(_ folder: String) {
    for _ in 0..<20 {
        if (try? FileManager.default.removeItem(atPath: folder)) != nil || access(folder, F_OK) != 0 { return }
        usleep(10_000)
    }
}

/// The folder itself and those below it, innermost first.
func folderPaths(under folder: String) throws -> [String] {
    guard let entries = FileManager.default.enumerator(atPath: folder) else { throw CaseFolderError.last("list", folder) }
    let inner = entries.compactMap { $0 as? String }.map { folder + "/" + $0 }.filter { path in
        var kind = stat()
        return lstat(path, &kind) == 0 && kind.st_mode & S_IFMT == S_IFDIR
    }
    return inner.sorted(by: >) + [folder]
}

/// Asks the disk to keep a file or folder (fsync).
func synchronize(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CaseFolderError.last("open", path) }
    defer { close(descriptor) }
    // Some file systems cannot synchronise a folder and say EINVAL; there is no more to be done then.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw CaseFolderError.last("write", path) }
}

/// Writes a new file, all of it, onto the disk.
///
/// - Throws: `CaseFolderError.system`, also when the file exists.
public func writeDurably(_ data: Data, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw CaseFolderError.last("write", path) }
    defer { close(descriptor) }
    try writeAll(data, to: descriptor, path: path)
    guard fsync(descriptor) == 0 else { throw CaseFolderError.last("write", path) }
}

/// - Parameter path: what errors call the file.
/// - Throws: `CaseFolderError.system`.
func writeAll(_ data: Data, to descriptor: Int32, path: String) throws {
    try data.withUnsafeBytes { bytes in
        var done = 0
        while done < bytes.count {
            let count = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw CaseFolderError.last("write", path) }
            done += count
        }
    }
}
