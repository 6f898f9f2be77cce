import Foundation

/// What a path holds, told by its content; the name decides only where the content does not say.
enum ImageKind: Equatable {
    case dicomFolder, dicomFile
    case nifti(isCompressed: Bool)
    case nrrd, metaImage
}

/// Throws: `ImageFileError.unreadable`, `.empty` or `.unrecognized`.
func imageKind(at path: String) throws -> ImageKind {
    var status = stat()
    guard stat(path, &status) == 0 else {
        let reason = errno == ENOENT ? "there is no such file or folder" : String(cString: strerror(errno))
        throw ImageFileError.unreadable(path: path, reason: reason)
    }
    if status.st_mode & S_IFMT == S_IFDIR { return .dicomFolder }
    _ = try regularFileSize(path)
    let head = try ByteSource(path: path, inflated: false).read(count: 512)
    if head.starts(with: [0x1f, 0x8b]) { return .nifti(isCompressed: true) }
    if head.count >= 132, head[128..<132].elementsEqual("DICM".utf8) { return .dicomFile }
    if head.starts(with: "NRRD".utf8) { return .nrrd }
    if head.count >= 348, head[344..<347].elementsEqual("n+1".utf8) || head[344..<347].elementsEqual("ni1".utf8) {
        return .nifti(isCompressed: false)
    }
    switch (path as NSString).pathExtension.lowercased() {
    case "mha", "mhd": return .metaImage
    case "nii": return .nifti(isCompressed: false)
    case "nrrd", "nhdr": throw ImageFileError.corrupt(path: path, reason: "it does not begin with the NRRD mark")
    case "dcm", "ima", "": return .dicomFile
    default: break
    }
    if String(decoding: head, as: UTF8.self).contains("NDims") { return .metaImage }
    throw ImageFileError.unrecognized(path: path)
}
