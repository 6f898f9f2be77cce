import Foundation

/// The DICOM files at a path, and what else lay there.
struct DicomFolder {
    var files: [DicomFile] = []
    var skipped = 0
    var emptyFiles: [String] = []

    var warnings: [ImageWarning] {
        var list: [ImageWarning] = []
        if skipped > 0 { list.append(.init(.filesSkipped, "\(skipped) files that are not DICOM were left out")) }
        if !emptyFiles.isEmpty {
            list.append(
                .init(.filesSkipped, "\(emptyFiles.count) empty files were left out, such as \(emptyFiles[0]); slices may be missing"))
        }
        return list
    }
}

/// Opens every regular file under a folder, or one file. Order follows the names, so that messages are repeatable.
///
/// Throws: `ImageFileError.unreadable`, `.corrupt` for a damaged DICOM file: dropping it could drop the last slice unseen.
func openDicomFolder(_ path: String, options: ReadOptions) throws -> DicomFolder {
    let paths = try filePaths(at: path)
    let openings = try concurrentMap(count: paths.count, threads: options.threads) {
        try openDicomFile(paths[$0], allowMR: options.allowMR)
    }
    var folder = DicomFolder()
    for (path, opening) in zip(paths, openings) {
        switch opening {
        case .file(let file): folder.files.append(file)
        case .notDicom: folder.skipped += 1
        case .empty: folder.emptyFiles.append(path)
        }
    }
    return folder
}

private func filePaths(at path: String) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else { return [path] }
    var failure: ImageFileError?
    let enumerator = FileManager.default.enumerator(at: URL(fileURLWithPath: path), includingPropertiesForKeys: [.isRegularFileKey]) {
        failure = .unreadable(path: $0.path, reason: $1.localizedDescription)
        return false
    }
    guard let enumerator else { throw ImageFileError.unreadable(path: path, reason: "the folder cannot be listed") }
    var paths: [String] = []
    for case let url as URL in enumerator where (try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true {
        paths.append(url.path)
    }
    if let failure { throw failure }
    return paths.sorted()
}
