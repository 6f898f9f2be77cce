import CImageShim.NIfTI
import Foundation
import Frames
import Volumes

/// What a NIfTI file's header says. niftilib reads it; this file is the only user of its shim.
struct NIfTIHeader {
    var layout: VoxelLayout
    /// Index to RAS+, row-major 3 x 4, in the file's unit; nil where its numbers are impossible.
    var qform: [Double]?
    var sform: [Double]
    var qformCode: Int
    var sformCode: Int
    /// Millimetres in the file's unit; nil where the file does not name it.
    var millimetresPerUnit: Double?
}

/// Reads the header of a .nii or .nii.gz file.
///
/// Throws: `ImageFileError`, also for headers that niftilib would mend in silence.
func readNIfTIHeader(_ path: String, isCompressed: Bool) throws -> NIfTIHeader {
    let bytes = try ByteSource(path: path, inflated: isCompressed).read(count: LAMINA_NIFTI_HEADER_BYTES)
    guard bytes.count == LAMINA_NIFTI_HEADER_BYTES else {
        throw ImageFileError.corrupt(path: path, reason: "the header is cut short")
    }
    var header = lamina_nifti_header()
    switch lamina_nifti_parse(bytes, &header) {
    case Int32(LAMINA_NIFTI_OK.rawValue): break
    case Int32(LAMINA_NIFTI_VERSION_2.rawValue):
        throw ImageFileError.unsupported(path: path, feature: "NIfTI version 2")
    case Int32(LAMINA_NIFTI_DETACHED.rawValue):
        throw ImageFileError.unsupported(path: path, feature: "a NIfTI header with a separate image file")
    case Int32(LAMINA_NIFTI_REJECTED.rawValue): throw ImageFileError.corrupt(path: path, reason: "niftilib rejects the header")
    default: throw ImageFileError.unrecognized(path: path)
    }
    return try niftiHeader(header, path: path, isCompressed: isCompressed)
}

private func niftiHeader(_ header: lamina_nifti_header, path: String, isCompressed: Bool) throws -> NIfTIHeader {
    let dimensions = withUnsafeBytes(of: header.dimensions) { $0.bindMemory(to: Int32.self).map(Int.init) }
    // Readers disagree on where such a file's voxels begin (348 or 352), and a wrong start shifts them along i.
    guard header.data_offset >= LAMINA_NIFTI_DATA_OFFSET else {
        throw ImageFileError.corrupt(path: path, reason: "vox_offset is not a whole number of \(LAMINA_NIFTI_DATA_OFFSET) or more")
    }
    let offset = Int(header.data_offset)
    let hasScale = header.slope.isFinite && header.slope != 0 && header.intercept.isFinite
    let layout = VoxelLayout(
        path: path, offset: isCompressed ? 0 : offset, encoding: isCompressed ? .deflated : .raw, skip: isCompressed ? offset : 0,
        size: try niftiSize(dimensions, path: path), type: try niftiType(header.datatype, path: path),
        isBigEndian: header.big_endian != 0, slope: hasScale ? Double(header.slope) : 1,
        intercept: hasScale ? Double(header.intercept) : 0)
    return NIfTIHeader(
        layout: layout,
        qform: header.qform_is_sound == 0 ? nil : withUnsafeBytes(of: header.qform) { Array($0.bindMemory(to: Double.self)) },
        sform: withUnsafeBytes(of: header.sform) { Array($0.bindMemory(to: Double.self)) },
        qformCode: Int(header.qform_code), sformCode: Int(header.sform_code),
        millimetresPerUnit: [1: 1000, 2: 1, 3: 1e-3][header.space_units])
}

/// The size of a volume: three dimensions, or more of which the others are 1.
private func niftiSize(_ dimensions: [Int], path: String) throws -> SIMD3<Int> {
    let rank = dimensions[0]
    guard (1...7).contains(rank), dimensions[1...rank].allSatisfy({ $0 > 0 }) else {
        throw ImageFileError.corrupt(path: path, reason: "dimensions \(dimensions)")
    }
    guard rank >= 3 else { throw ImageFileError.unsupported(path: path, feature: "an image of \(rank) dimensions") }
    let others = dimensions[1...rank].dropFirst(3)
    guard others.allSatisfy({ $0 == 1 }) else {
        throw ImageFileError.unsupported(path: path, feature: "an image of \(others.reduce(1, *)) volumes")
    }
    return SIMD3(dimensions[1], dimensions[2], dimensions[3])
}

private func niftiType(_ code: Int32, path: String) throws -> ScalarType {
    let types: [Int32: ScalarType] = [
        2: .uint8, 4: .int16, 8: .int32, 16: .float32, 64: .float64, 256: .int8, 512: .uint16, 768: .uint32, 1024: .int64, 1280: .uint64,
    ]
    guard let type = types[code] else { throw ImageFileError.unsupported(path: path, feature: "NIfTI data type \(code)") }
    return type
}

/// The first bytes of a NIfTI file that holds `type` on `geometry`: sform and qform equal, code 1 (scanner), millimetres.
///
/// Throws: `ImageFileError.unwritable` for more than 32767 voxels along an axis.
func niftiHeaderBytes(geometry: GridGeometry<Patient>, type: ScalarType, path: String) throws -> [UInt8] {
    let codes: [ScalarType: Int32] = [.uint8: 2, .int16: 4, .int32: 8]
    guard let code = codes[type] else { preconditionFailure("NIfTI is written as uint8, int16 or int32") }
    let (s, o) = (geometry.spacing, geometry.origin.xyz)
    let columns: [SIMD3<Double>] = [geometry.axes.0 * s.x, geometry.axes.1 * s.y, geometry.axes.2 * s.z, o]
    // LPS to RAS, the only place where a written file turns.
    let signs: [(axis: Int, sign: Double)] = [(0, -1), (1, -1), (2, 1)]
    let affine: [Double] = signs.flatMap { row in columns.map { row.sign * $0[row.axis] } }
    let size = [Int64(geometry.size.x), Int64(geometry.size.y), Int64(geometry.size.z)]
    var bytes = [UInt8](repeating: 0, count: LAMINA_NIFTI_DATA_OFFSET)
    guard lamina_nifti_compose(size, code, affine, "lamina", &bytes) == LAMINA_NIFTI_OK.rawValue else {
        throw ImageFileError.unwritable(path: path, reason: "a NIfTI file holds at most 32767 voxels along an axis")
    }
    return bytes
}
