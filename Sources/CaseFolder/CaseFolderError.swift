import Foundation

/// What can go wrong with a case folder.
public enum CaseFolderError: Error, Equatable {
    /// The output exists, and replacing it was not asked for.
    case exists(path: String)
    /// The output exists and is something other than a case folder, so it is never replaced.
    case notACase(path: String)
    /// The output would lie inside a case, whose manifest it would belie.
    case insideCase(path: String, outer: String)
    /// The output file exists, and replacing it was not asked for.
    case fileExists(path: String)
    /// Something other than a file is where the output file is to be, so it is never replaced.
    case notAFile(path: String)
    /// A system call failed.
    case system(action: String, path: String, errno: Int32)
    /// A case file is not what its manifest says.
    case tampered(path: String, finding: Finding)
    /// A line of a case's audit does not follow from the one before, was changed, or is not signed by the key that it names. Lines count from 1.
    case auditChanged(path: String, line: Int)
    /// A case without an audit: of another command than `lamina plan`, or of a version that kept none.
    case noAudit(path: String)
    /// An input is not what it was when the run began.
    case inputChanged(path: String)
    /// manifest.json is missing, is not JSON, or is of a schema that this version does not know.
    case unreadableManifest(path: String, reason: String)

    /// How a file differs from its record in the manifest.
    public enum Finding: String, Sendable {
        case missing = "is missing"
        case changed = "has changed since it was written"
        case unlisted = "is not listed in the manifest"
    }

    public var isDiskFull: Bool {
        if case .system(_, _, let code) = self { return code == ENOSPC || code == EDQUOT }
        return false
    }

    /// Whether a limit on the size of one file was met, such as that of `ulimit -f`, or one of the file system.
    public var isFileTooLarge: Bool {
        if case .system(_, _, EFBIG) = self { return true }
        return false
    }

    /// The same error with a path inside `folder` moved to the same place inside `target`.
    func moved(from folder: String, to target: String) -> CaseFolderError {
        guard case .system(let action, let path, let code) = self, path.hasPrefix(folder) else { return self }
        return .system(action: action, path: target + path.dropFirst(folder.count), errno: code)
    }

    /// The error of the system call that has just failed.
    static func last(_ action: String, _ path: String) -> CaseFolderError { .system(action: action, path: path, errno: errno) }
}

extension CaseFolderError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .exists(let path): "\(path) exists already. Choose another output, or pass --force to replace that case"
        case .notACase(let path): "\(path) exists and is not a case folder, so it is not replaced. Choose another output"
        case .insideCase(let path, let outer):
            "\(path) would lie inside the case \(outer), which would then no longer be what its manifest says. Choose another output"
        case .fileExists(let path): "\(path) exists already. Choose another output, or pass --force to replace that file"
        case .notAFile(let path): "\(path) exists and is not a file, so it is not replaced. Choose another output"
        case .system(let action, let path, _) where isDiskFull: "\(path): cannot \(action): the disk is full. Free some space and run again"
        case .system(let action, let path, _) where isFileTooLarge:
            "\(path): cannot \(action): the file grows beyond the largest size allowed. Raise the limit (ulimit -f), or choose another disk, and run "
                + "again"
        case .system(let action, let path, let code): "\(path): cannot \(action): \(String(cString: strerror(code)))"
        case .tampered(let path, let finding): "\(path) \(finding.rawValue). Do not use this case; plan it again"
        case .auditChanged(let path, let line):
            "\(path): line \(line) has changed since it was written, or is not signed by the key that it names. Do not use this case; plan it again"
        case .noAudit(let path):
            "\(path) has no \(CaseAudit.fileName), so there is nothing to approve. Plan it with 'lamina plan' of this version"
        case .inputChanged(let path):
            "\(path) has changed while it was read, so nobody could say what the result rests on. Run again once nothing writes to it"
        case .unreadableManifest(let path, let reason): "\(path): not a readable case manifest: \(reason)"
        }
    }
}
