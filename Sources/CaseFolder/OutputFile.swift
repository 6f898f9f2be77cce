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

/// Writes a single output file, whole or not at all, also after a crash: in a hidden folder beside its target, onto the disk, then renamed. Folders
/// above it are made; a link is followed to the file that it names.
///
/// When the process is told to stop and calls `discardOpenDrafts()` nothing stays; a process killed outright leaves a hidden folder that the next run
/// for this target removes.
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
    let draft = try FileDraft(of: files.map(\.path))
    openDrafts.add(draft)
    do {
        for (file, place) in zip(files, draft.places) {
            do { try file.write(place.path) } catch { throw (error as? CaseFolderError)?.moved(from: place.path, to: file.path) ?? error }
        }
        try openDrafts.commit(draft) { try draft.moveIntoPlace() }
    } catch {
        openDrafts.remove(draft) { draft.discard() }
        throw error
    }
    for parent in Set(draft.places.map { ($0.target as NSString).deletingLastPathComponent }) { try synchronize(parent) }
}

/// The files of one run being written, each in a locked hidden folder beside its target as a case is.
private final class FileDraft: Draft {
    struct Place {
        /// As it was asked for.
        let asked: String
        /// The file that it names.
        let target: String
        let folder: String
        let lock: Int32

        var path: String { folder + "/" + (target as NSString).lastPathComponent }
    }

    let places: [Place]
    /// Folders above the targets that had to be made, outermost first.
    private let madeParents: [String]

    var target: String { places[0].asked }

    /// - Throws: `CaseFolderError.system`.
    init(of paths: [String]) throws {
        var (places, made): ([Place], [String]) = ([], [])
        do {
            for path in paths {
                let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
                made += try makeFolders((target as NSString).deletingLastPathComponent)
                removeAbandonedDrafts(of: target)
                let (folder, lock) = try makeLockedFolder(for: target)
                places.append(Place(asked: path, target: target, folder: folder, lock: lock))
            }
        } catch {
            remove(places, madeParents: made)
            throw error
        }
        (self.places, madeParents) = (places, made)
    }

    func discard() { remove(places, madeParents: madeParents) }

    func moveIntoPlace() throws {
        for place in places {
            guard rename(place.path, place.target) == 0 else { throw CaseFolderError.last("rename the finished file", place.asked) }
        }
        remove(places, madeParents: [])
    }
}

private func remove(_ places: [FileDraft.Place], madeParents: [String]) {
    for place in places {
        removeDraft(place.folder)
        close(place.lock)
    }
    removeEmpty(madeParents)
}
