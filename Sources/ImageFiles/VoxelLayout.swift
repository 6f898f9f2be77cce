/// A number type that image files store.
enum ScalarType: String {
    case int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64

    var byteCount: Int {
        switch self {
        case .int8, .uint8: 1
        case .int16, .uint16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64: 8
        }
    }
}

/// Where and how a NIfTI, NRRD or MetaImage file keeps its voxels: one block, i fastest.
struct VoxelLayout {
    enum Encoding { case raw, deflated, text }
    var path: String
    var offset: Int
    var encoding: Encoding
    /// Bytes to pass over after inflating.
    var skip = 0
    var size: SIMD3<Int>
    var type: ScalarType
    var isBigEndian: Bool
    var slope = 1.0
    var intercept = 0.0

    /// No header counts more bytes before its voxels than the largest files have; keeps sums of offsets from overflowing.
    static let largestSkip = 1 << 50

    var voxelCount: Int { size.x * size.y * size.z }

    /// Throws where the header declares more voxels than the limit, or than the file can hold.
    ///
    /// Deflate packs at most 1032 bytes into one (zlib's technical notes), text needs two characters a value, so this is checked
    /// before any memory is taken. Returns the bytes that a raw file has left over.
    @discardableResult
    func check(limit: Int) throws -> Int {
        guard size.min() > 0 else { throw ImageFileError.corrupt(path: path, reason: "a size of \(size.x) x \(size.y) x \(size.z)") }
        let (plane, overflow) = size.x.multipliedReportingOverflow(by: size.y)
        let (voxels, overflow2) = plane.multipliedReportingOverflow(by: size.z)
        guard !overflow, !overflow2, voxels <= limit else {
            throw ImageFileError.tooLarge(path: path, voxels: overflow || overflow2 ? .max : voxels, limit: limit)
        }
        let stored = try regularFileSize(path) - offset
        let needed = encoding == .text ? voxels * 2 - 1 : voxels * type.byteCount + skip
        let possible = encoding == .deflated ? max(0, stored) * 1032 + 1032 : stored
        guard offset >= 0, skip >= 0, needed <= possible else {
            throw ImageFileError.truncated(path: path, expectedBytes: needed, foundBytes: max(0, possible))
        }
        return encoding == .raw ? stored - needed : 0
    }
}
