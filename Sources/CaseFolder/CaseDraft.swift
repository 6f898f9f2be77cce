import CLinux
import Foundation
import Protocols

/// A case being written: a hidden folder beside its target, on the same file system, that becomes the case in one rename.
///
/// The folder is locked (flock) for as long as its process lives, so another run can tell a draft in work from one that a killed process left.
public final class CaseDraft: Draft {
    /// The case as it will stand.
    public let target: String
    /// The hidden folder. Hand out `path(_:)`, not this.
    let folder: String
    private let lock: Int32
    private let replacesExisting: Bool
    /// Folders above the target that had to be made, outermost first.
    private let madeParents: [String]

    /// Where a file of the case is to be written now, for example `path("meshes/T12.stl")`; makes the folders between the case and the file.
    ///
    /// - Throws: `CaseFolderError.system`, also when the draft was discarded meanwhile: it must not come back.
    public func path(_ relative: String) throws -> String {
        var inner = folder
        for name in (relative as NSString).pathComponents.dropLast() {
            inner += "/" + name
            guard mkdir(inner, 0o777) == 0 || errno == EEXIST else { throw CaseFolderError.last("make the folder", inner) }
        }
        return folder + "/" + relative
    }

    fileprivate init(target: String, replacing: Bool) throws {
        let resolved = try resolveTarget(target, replacing: replacing)
        self.target = resolved
        replacesExisting = replacing
        let parent = (resolved as NSString).deletingLastPathComponent
        madeParents = try makeFolders(parent)
        do {
            removeAbandonedDrafts(of: resolved)
            (folder, lock) = try makeLockedFolder(for: resolved)
        } catch {
            removeEmpty(madeParents)
            throw error
        }
        openDrafts.add(self)
    }

    func discard() {
        removeDraft(folder)
        removeEmpty(madeParents)
        close(lock)
    }

    /// Lists every file with its hash in the manifest, writes that last, makes all of it durable, and renames it to the target.
    fileprivate func commit(_ manifest: Manifest, event: CaseEvent?, ifStill condition: () throws -> Void) throws {
        var manifest = try manifest.listingFiles(of: folder)
        if event != nil { manifest.auditFile = CaseAudit.fileName }
        let bytes = try encodedJSON(manifest)
        if let event {
            try writeDurably(
                continuedAudit(event, at: target, manifest: manifest, bytes: bytes), to: folder + "/" + CaseAudit.fileName)
        }
        try writeDurably(bytes, to: folder + "/" + Manifest.fileName)
        for inner in try folderPaths(under: folder) { try synchronize(inner) }
        try openDrafts.commit(self) {
            try alone(in: (target as NSString).deletingLastPathComponent) {
                try condition()
                try moveIntoPlace()
            }
        }
        try synchronize((target as NSString).deletingLastPathComponent)
        close(lock)
    }

    /// One rename, so there is no moment without a whole case: to a new name, or an exchange with the old case, which is removed after.
    private func moveIntoPlace() throws {
        // rename(2) replaces nothing but an empty folder.
        if rename(folder, target) == 0 { return }
        guard errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR else {
            throw CaseFolderError.last("rename the finished case", target)
        }
        guard replacesExisting else { throw CaseFolderError.exists(path: target) }
        try checkReplaceable(target)
        if lamina_rename(folder, target, lamina_rename_exchange) == 0 {
            removeTree(folder)
        } else {
            try moveAsideAndIntoPlace()
        }
    }

    /// For file systems that cannot exchange (NFS): two renames, with the old case put back when the second fails.
    private func moveAsideAndIntoPlace() throws {
        let aside = folder + ".old"
        guard rename(target, aside) == 0 else { throw CaseFolderError.last("move the old case aside", target) }
        guard rename(folder, target) == 0 else {
            let failure = CaseFolderError.last("rename the finished case", target)
            rename(aside, target)
            throw failure
        }
        removeTree(aside)
    }
}

/// Writes a whole case or nothing: `body` writes files at `draft.path(...)` and returns the manifest, whose outputs are filled in here.
///
/// Files and folders are synchronised to disk before the rename, manifest.json last. When `body` throws, or the process is told to stop and calls
/// `discardOpenDrafts()`, nothing stays; a process killed outright leaves a hidden folder that the next run for this target removes.
///
/// - Parameters:
///   - target: the case folder to make; folders above it are made too.
///   - replacing: exchange an existing case for the new one. Anything that is not a case folder or an empty folder is never replaced.
///   - event: what is done to the case, for its audit, which goes on from that of the case that is replaced; nil where none is kept.
///   - condition: throws where the case must not come to its place any more. Asked last, when no other run can put a case beside or in place of it.
/// - Throws: `CaseFolderError`, or what `body` and `condition` throw.
public func writeCase(
    at target: String, replacing: Bool = false, event: CaseEvent? = nil, ifStill condition: () throws -> Void = {},
    _ body: (CaseDraft) throws -> Manifest
) throws {
    let draft = try CaseDraft(target: target, replacing: replacing)
    do {
        try draft.commit(body(draft), event: event, ifStill: condition)
    } catch {
        openDrafts.remove(draft) { draft.discard() }
        // The hidden folder is gone by the time anybody reads the message.
        if let error = error as? CaseFolderError { throw error.moved(from: draft.folder, to: target) }
        throw error
    }
}

/// Refuses a target that stands in the way, and follows a link to a folder.
private func resolveTarget(_ target: String, replacing: Bool) throws -> String {
    let absolute = URL(fileURLWithPath: target).standardizedFileURL.path
    try checkNotInsideCase(absolute)
    var kind = stat()
    guard lstat(absolute, &kind) == 0 else {
        guard errno == ENOENT || errno == ENOTDIR else { throw CaseFolderError.last("look at", target) }
        return absolute
    }
    guard replacing || isEmptyFolder(absolute) else {
        throw isCase(absolute) ? CaseFolderError.exists(path: target) : CaseFolderError.notACase(path: target.isEmpty ? absolute : target)
    }
    try checkReplaceable(absolute)
    guard kind.st_mode & S_IFMT == S_IFLNK else { return absolute }
    return URL(fileURLWithPath: absolute).resolvingSymlinksInPath().path
}

private func checkReplaceable(_ path: String) throws {
    guard isCase(path) || isEmptyFolder(path) else { throw CaseFolderError.notACase(path: path) }
}

func checkNotInsideCase(_ path: String) throws {
    var outer = (path as NSString).deletingLastPathComponent
    while outer.count > 1 {
        if isCase(outer) { throw CaseFolderError.insideCase(path: path, outer: outer) }
        outer = (outer as NSString).deletingLastPathComponent
    }
}

private func isCase(_ path: String) -> Bool { (try? readManifest(ofCaseAt: path)) != nil }

private func isEmptyFolder(_ path: String) -> Bool {
    (try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty == true
}
