import Foundation
import Frames
import Volumes

/// The CT in a DICOM folder or file, NIfTI, NRRD or MetaImage file, in HU on its own grid.
///
/// Formats are told by content. Positions end in the patient frame (LPS+, mm) whatever the file's convention; a file that does not
/// say where left is, or says it twice differently, is refused. Left-handed grids stay left-handed.
///
/// Throws: `ImageFileError`. Complexity: one pass over the voxels; memory is the volume and a piece (DICOM: and one slice a thread).
public func readCT(at path: String, options: ReadOptions = .init()) throws -> CTImage {
    switch try imageKind(at: path) {
    case .dicomFolder, .dicomFile: return try readDicom(at: path, options: options)
    case let kind:
        var image = try readBlock(blockFile(at: path, kind: kind, limit: options.largestVoxelCount))
        if image.files != [path] { image.files.insert(path, at: 0) }
        return image
    }
}

/// The label map in a NIfTI, NRRD or MetaImage file, with the file's own numbers.
///
/// Throws: `ImageFileError`, `.badNumbers` where a value is not whole or beyond 32 bits.
public func readLabels(at path: String) throws -> LabelImage {
    let kind = try imageKind(at: path)
    guard kind != .dicomFolder, kind != .dicomFile else {
        throw ImageFileError.unsupported(path: path, feature: "DICOM as a label map (give NIfTI, NRRD or MetaImage)")
    }
    let file = try blockFile(at: path, kind: kind, limit: ReadOptions().largestVoxelCount)
    let labels = try readLabelNumbers(file.layout)
    let volume = try Volume<Int32, Patient>(geometry: file.grid, voxels: labels)
    return LabelImage(volume: volume, warnings: file.warnings)
}

/// A file that holds one block of voxels: its layout and its place in the patient.
private struct BlockFile {
    var format: ImageFormat
    var layout: VoxelLayout
    var grid: GridGeometry<Patient>
    var warnings: [ImageWarning]
}

private func blockFile(at path: String, kind: ImageKind, limit: Int) throws -> BlockFile {
    switch kind {
    case .nifti(let isCompressed):
        let header = try readNIfTIHeader(path, isCompressed: isCompressed)
        let warnings = try checked(header.layout, limit)
        let (grid, more) = try niftiGrid(header)
        return BlockFile(format: .nifti, layout: header.layout, grid: grid, warnings: warnings + more)
    case .nrrd:
        let header = try readNRRDHeader(path)
        let warnings = try checked(header.layout, limit)
        let grid = try header.affine.grid(size: header.layout.size, path: path)
        return BlockFile(format: .nrrd, layout: header.layout, grid: grid, warnings: warnings)
    case .metaImage:
        let header = try readMetaImageHeader(path)
        let warnings = try checked(header.layout, limit)
        let grid = try header.affine.grid(size: header.layout.size, path: path)
        return BlockFile(format: .metaImage, layout: header.layout, grid: grid, warnings: warnings)
    case .dicomFolder, .dicomFile: preconditionFailure("DICOM is not one block")
    }
}

private func checked(_ layout: VoxelLayout, _ limit: Int) throws -> [ImageWarning] {
    let leftOver = try layout.check(limit: limit)
    return leftOver > 0 ? [.init(.trailingData, "\(leftOver) bytes after the last voxel were ignored")] : []
}

private func readBlock(_ file: BlockFile) throws -> CTImage {
    let (voxels, statistics) = try readHU(file.layout)
    let metadata = ImageMetadata(
        format: file.format, orientation: orientationName(of: file.grid), lowestHU: Int(statistics.lowest),
        highestHU: Int(statistics.highest), fileCount: 1, storedType: file.layout.type.rawValue)
    return CTImage(
        volume: try CTVolume(geometry: file.grid, voxels: voxels), metadata: metadata, warnings: file.warnings + statistics.warnings,
        files: [file.layout.path])
}
