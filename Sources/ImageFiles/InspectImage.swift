/// What is at a path: the series of a DICOM folder and, where it can be read, the image.
public struct ImageInspection: Sendable {
    /// The image series found; empty for other formats.
    public var series: [SeriesSummary]
    public var image: Result<CTImage, ImageFileError>
}

/// Looks at an image without giving up where no volume can be made of it.
///
/// Throws: `ImageFileError` where nothing can be said, as for a missing file.
public func inspectImage(at path: String, options: ReadOptions = .init()) throws -> ImageInspection {
    switch try imageKind(at: path) {
    case .dicomFolder, .dicomFile:
        let folder = try openDicomFolder(path, options: options)
        let all = dicomSeries(folder.files, allowMR: options.allowMR)
        return ImageInspection(series: all.map(\.summary), image: try capture { try readDicom(all, folder, at: path, options: options) })
    default:
        return ImageInspection(series: [], image: try capture { try readCT(at: path, options: options) })
    }
}

private func capture(_ body: () throws -> CTImage) throws -> Result<CTImage, ImageFileError> {
    do { return .success(try body()) } catch let error as ImageFileError { return .failure(error) }
}
