import Foundation

/// The path of OpenVINO's C library: what `LAMINA_OPENVINO` says; else the one in a virtual environment as Tools/setup.sh makes it, that is
/// `.venv/lib/python3*/site-packages/openvino/libs/libopenvino_c.so*`, nearest above the executable, or else above the current folder.
///
/// A library that somebody else owns or that everybody may write is passed over, because loading it is running it.
///
/// - Throws: `InferenceError.engineNotFound`, with every folder that was looked in.
/// - Complexity: some dozen system calls; nothing is loaded.
public func locateEngine(
    environment: [String: String] = ProcessInfo.processInfo.environment, executable: URL = currentExecutable(),
    currentFolder: URL = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
) throws -> URL {
    if let path = environment["LAMINA_OPENVINO"], !path.isEmpty {
        let library = URL(fileURLWithPath: path, relativeTo: currentFolder).standardizedFileURL
        guard isRegularFile(library) else { throw InferenceError.engineNotFound(variable: path, lookedIn: []) }
        return library
    }
    var lookedIn: [String] = []
    for folder in ancestors(of: executable.deletingLastPathComponent()) + ancestors(of: currentFolder) where !lookedIn.contains(folder.path)
    {
        if let library = library(inEnvironmentOf: folder) { return library }
        lookedIn.append(folder.path)
    }
    throw InferenceError.engineNotFound(variable: nil, lookedIn: lookedIn)
}

/// The file that runs in this process, links resolved.
public func currentExecutable() -> URL { URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath() }

/// A folder and all above it, nearest first.
private func ancestors(of folder: URL) -> [URL] {
    let parts = folder.standardizedFileURL.pathComponents
    return parts.indices.reversed().map { URL(fileURLWithPath: NSString.path(withComponents: Array(parts[...$0])), isDirectory: true) }
}

private func library(inEnvironmentOf folder: URL) -> URL? {
    let environment = folder.appendingPathComponent(".venv/lib", isDirectory: true)
    for python in entries(of: environment, prefix: "python3") {
        let libraries = python.appendingPathComponent("site-packages/openvino/libs", isDirectory: true)
        if let library = entries(of: libraries, prefix: "libopenvino_c.so").first(where: isOurs) { return library }
    }
    return nil
}

/// Greatest name first, which is the newest where a folder holds several.
private func entries(of folder: URL, prefix: String) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasPrefix(prefix) }.sorted(by: >).map { folder.appendingPathComponent($0) }
}

private func isRegularFile(_ file: URL) -> Bool { status(of: file).map { $0.st_mode & S_IFMT == S_IFREG } ?? false }

private func isOurs(_ file: URL) -> Bool {
    guard let status = status(of: file), status.st_mode & S_IFMT == S_IFREG else { return false }
    return (status.st_uid == geteuid() || status.st_uid == 0) && status.st_mode & S_IWOTH == 0
}

private func status(of file: URL) -> stat? {
    var result = stat()
    return stat(file.path, &result) == 0 ? result : nil
}
