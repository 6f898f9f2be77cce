import Foundation
import Frames
import Volumes

/// Writes HU as NIfTI: int16, sform and qform equal, code 1 (scanner), mm, RAS+ inside the file.
///
/// A name that ends in .gz is compressed. The same volume gives the same bytes. The file appears whole or not at all: it is written
/// beside its place under a temporary name, flushed to the disk and renamed.
/// Throws: `ImageFileError.writeFailed`, and `.unwritable` for a volume that NIfTI cannot hold.
public func writeNIfTI(_ volume: CTVolume, to path: String) throws {
    try writeNIfTI(volume, type: .int16, level: 4, to: path)
}

/// Writes labels as NIfTI, uint8; see the function for CTs.
public func writeNIfTI(_ volume: LabelVolume, to path: String) throws {
    try writeNIfTI(volume, type: .uint8, level: 6, to: path)
}

private func writeNIfTI<Voxel>(_ volume: Volume<Voxel, Patient>, type: ScalarType, level: Int32, to path: String) throws {
    let header = try niftiHeaderBytes(geometry: volume.geometry, type: type, path: path)
    try writeWhole(to: path, level: path.hasSuffix(".gz") ? level : 0) { write in
        try header.withUnsafeBytes(write)
        try volume.voxels.withUnsafeBytes(write)
    }
}
