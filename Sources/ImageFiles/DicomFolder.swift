import Concurrency
import Foundation

/// The DICOM files at a path, and what else lay there.
struct DicomFolder {
    var files: [DicomFile] = []
    var skipped = 0
    var emptyFiles = 0

    var warnings: [ImageWarning] {
        var list: [ImageWarning] = []
        if skipped > 0 { list.append(.init(.filesSkipped, "\(skipped) files that are not DICOM were left out")) }
        if emptyFiles > 0 {
            list.append(.init(.filesSkipped, "\(emptyFiles) empty files were left out; slices may be missing"))
        }
        return list
    }
}

/// Opens every regular file under a folder, or one file. Order follows the names, so that messages are repeatable.
///
/// Throws: `ImageFileError.unreadable`, `.corrupt` for a damaged DICOM file: dropping it could drop the last slice unseen.
func openDicomFolder(_ path: String, options: ReadOptions) throws -> DicomFolder {
    let paths = try filePaths(at: path)
    let openings = try concurrentMap(paths, threads: options.threads) { try openDicomFile($0, allowMR: options.allowMR) }
    var folder = DicomFolder()
    for opening in openings {
        switch opening {
        case .file(let file): folder.files.append(file)
        case .notDicom: folder.skipped += 1
        case .empty: folder.emptyFiles += 1
        }
    }
    return folder
}

/// The path itself when it is a file; else the files below it, and links to files. Links to folders are not followed: they may lead in circles.
///
/// Throws: `ImageFileError.unreadable` for a folder that cannot be listed, and for a link to nothing, since that may have been a slice.
private func filePaths(at path: String) throws -> [String] {
    guard isKind(S_IFDIR, path) else { return [path] }
    var failure: ImageFileError?
    let folder = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    let enumerator = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil) {
        failure = .unreadable(path: $0.path, reason: $1.localizedDescription)
        return false
    }
    guard let enumerator else { throw ImageFileError.unreadable(path: path, reason: "the folder cannot be listed") }
    var paths: [String] = []
    for case let url as URL in enumerator {
        guard access(url.path, F_OK) == 0 else { throw ImageFileError.unreadable(path: url.path, reason: "it is a link to nothing") }
        if isKind(S_IFREG, url.path) { paths.append(url.path) }
    }
    if let failure { throw failure }
    return paths.sorted()
}

/// Whether a path, its links followed, is of a kind such as `S_IFDIR`.
private func isKind(_ kind: mode_t, _ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == kind
}
