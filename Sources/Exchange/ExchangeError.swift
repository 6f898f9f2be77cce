import Foundation

/// Why a case could not be written for another program.
public enum ExchangeError: Error, Equatable, CustomStringConvertible {
    /// A mesh has a coordinate that is no number.
    case notFinite(part: String)
    case tooLarge(format: String, limit: String)
    /// The disk's answer.
    case writeFailed(path: String, errno: Int32)
    /// The scan is no DICOM series, so nothing says whose the objects are.
    case notDICOM(path: String)
    /// A file of the source series lacks what a DICOM object needs of it.
    case unusableSource(path: String, reason: String)
    /// DCMTK refuses to write an object.
    case dicomFailed(object: String, reason: String)

    public var description: String {
        switch self {
        case .notFinite(let part): "\(part) has a coordinate that is not finite"
        case .tooLarge(let format, let limit): "the case is larger than a \(format) file can be (\(limit))"
        case .writeFailed(let path, let code): "\(path) cannot be written: \(String(cString: strerror(code)))"
        case .notDICOM(let path): "the scan \(path) is not a DICOM series, so there is no patient and no study to write DICOM objects for"
        case .unusableSource(let path, let reason): "\(path): \(reason)"
        case .dicomFailed(let object, let reason): "\(object) cannot be written as DICOM: \(reason)"
        }
    }
}
