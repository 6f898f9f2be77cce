import Foundation

/// Why an image cannot be read or written: what is wrong, where, and what to do.
///
/// Messages name files, tags and positions, never the patient.
public enum ImageFileError: Error, Equatable, Sendable {
    // The file system.
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)
    /// A system call failed while a file was written.
    case writeFailed(path: String, errno: Int32)

    // Any file.
    case empty(path: String)
    case unrecognized(path: String)
    case corrupt(path: String, reason: String)
    case truncated(path: String, expectedBytes: Int, foundBytes: Int)
    case tooLarge(path: String, voxels: Int, limit: Int)
    case unsupported(path: String, feature: String)
    case badNumbers(path: String, reason: String)

    // X-ray frames.
    case unrecognizedFrames(path: String)
    case notXRay(path: String, modality: String)
    case noSuchFrame(path: String, index: Int, count: Int)
    case wrongFrameSize(path: String, index: Int, found: SIMD2<Int>, expected: SIMD2<Int>)

    // Geometry.
    case noOrientation(path: String, reason: String)
    case conflictingOrientation(path: String, reason: String)
    case sheared(path: String, errorMM: Double)
    case implausibleSpacing(path: String, spacing: SIMD3<Double>)

    // DICOM.
    case noImages(path: String, reason: String)
    case notCT(path: String, modality: String)
    case missingTag(path: String, tag: String)
    case unknownSeries(uid: String, found: [SeriesSummary])
    case ambiguousSeries([SeriesSummary])
    case severalPatients([SeriesSummary])
    case singleSlice(path: String)
    case mixedSlices(series: String, reason: String)
    case conflictingSlices(first: String, second: String, positionMM: Double)
    case unevenSlices(gaps: [SliceGap], usualMM: Double)
    case wanderingSlices(offsetMM: Double)

    /// A stable machine-readable name.
    public var code: String {
        switch self {
        case .unreadable: "unreadable"
        case .unwritable: "unwritable"
        case .writeFailed: "write_failed"
        case .empty: "empty_file"
        case .unrecognized: "unrecognized_format"
        case .corrupt: "corrupt_file"
        case .truncated: "truncated_file"
        case .tooLarge: "too_large"
        case .unsupported: "unsupported_feature"
        case .badNumbers: "bad_numbers"
        case .unrecognizedFrames: "unrecognized_frames"
        case .notXRay: "not_xray"
        case .noSuchFrame: "no_such_frame"
        case .wrongFrameSize: "wrong_frame_size"
        case .noOrientation: "no_orientation"
        case .conflictingOrientation: "conflicting_orientation"
        case .sheared: "sheared_axes"
        case .implausibleSpacing: "implausible_spacing"
        case .noImages: "no_images"
        case .notCT: "not_ct"
        case .missingTag: "missing_tag"
        case .unknownSeries: "unknown_series"
        case .ambiguousSeries: "ambiguous_series"
        case .severalPatients: "several_patients"
        case .singleSlice: "single_slice"
        case .mixedSlices: "mixed_slices"
        case .conflictingSlices: "conflicting_slices"
        case .unevenSlices: "uneven_slices"
        case .wanderingSlices: "wandering_slices"
        }
    }

    /// Whether trying again may help: the file system failed, not the file.
    public var isInputOutput: Bool {
        switch self {
        case .unreadable, .unwritable, .writeFailed: true
        default: false
        }
    }
}

/// A distance between neighbouring slices that differs from the others; positions along the slice normal, mm.
public struct SliceGap: Codable, Equatable, Sendable {
    public let fromMM: Double
    public let toMM: Double
    /// How many slices of the usual spacing would fit in, 0 when the gap is too narrow or no multiple.
    public let missing: Int
}

extension ImageFileError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
        case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
        case .writeFailed(let path, let code): "\(path): cannot be written: \(String(cString: strerror(code)))"
        case .empty(let path): "\(path): the file is empty; copy it again"
        case .unrecognized(let path):
            "\(path): not an image that can be read; give a DICOM folder or file, NIfTI (.nii, .nii.gz), NRRD (.nrrd, .nhdr) or "
                + "MetaImage (.mha, .mhd)"
        case .corrupt(let path, let reason): "\(path): the file is damaged: \(reason); copy or export it again"
        case .truncated(let path, let expected, let found):
            "\(path): the header declares \(expected) bytes of voxels but there are at most \(found); copy or export it again"
        case .tooLarge(let path, let voxels, let limit): "\(path): \(voxels) voxels are more than the limit of \(limit)"
        case .unsupported(let path, let feature): "\(path): \(feature) cannot be read"
        case .badNumbers(let path, let reason): "\(path): \(reason)"
        case .unrecognizedFrames(let path):
            "\(path): not X-ray frames that can be read; give 8 or 16 bit grey PNG or TIFF, MetaImage (.mha, .mhd), or DICOM (XA, RF)"
        case .notXRay(let path, let modality):
            "\(path): the modality is \(modality.isEmpty ? "not given" : modality), not XA or RF; give X-ray frames"
        case .noSuchFrame(let path, let index, let count):
            "\(path): there is no frame \(index), counted from 0, among \(count); correct the index"
        case .wrongFrameSize(let path, let index, let found, let expected):
            "\(path): frame \(index) has \(found.x) x \(found.y) pixels, not \(expected.x) x \(expected.y) as declared; correct the geometry or the file"
        case .noOrientation(let path, let reason): "\(path): left and right are unknown: \(reason); export it with its orientation"
        case .conflictingOrientation(let path, let reason): "\(path): two orientations that disagree: \(reason)"
        case .sheared(let path, let error):
            "\(path): the axes are not perpendicular (\(millimetres(error)) mm off at the corners); resample the image onto an orthogonal grid"
        case .implausibleSpacing(let path, let s):
            "\(path): a voxel of \(s.x) x \(s.y) x \(s.z) mm is not one of a CT; the unit of length is probably wrong"
        default: dicomDescription
        }
    }

    private var dicomDescription: String {
        switch self {
        case .noImages(let path, let reason): "\(path): no CT images: \(reason)"
        case .notCT(let path, let modality):
            "\(path): the modality is \(modality.isEmpty ? "not given" : modality), not CT"
                + (modality == "MR" ? "; a synthetic CT needs --synthetic-ct" : "")
        case .missingTag(let path, let tag):
            "\(path): the attribute \(tag) is missing or unreadable; export the series again from the archive"
        case .unknownSeries(let uid, let found): "there is no series \(uid); found:\n\(list(found))"
        case .ambiguousSeries(let series): "several CT series fit equally well; choose one with --series UID:\n\(list(series))"
        case .severalPatients(let series): "the folder holds several patients; choose a series with --series UID:\n\(list(series))"
        case .singleSlice(let path): "\(path): a single slice is no volume; give the folder that holds its series"
        case .mixedSlices(let series, let reason): "series \(series): \(reason); separate them or choose another series with --series UID"
        case .conflictingSlices(let first, let second, let position):
            "two different slices at \(millimetres(position)) mm: \(first) and \(second); keep one phase or one copy of the series"
        case .unevenSlices(let gaps, let usual): uneven(gaps, usual)
        case .wanderingSlices(let offset):
            "the slices do not lie on a line: one is \(millimetres(offset)) mm off to the side; choose another series"
        default: "the image cannot be read"
        }
    }

    private func list(_ series: [SeriesSummary]) -> String {
        series.map { "  \($0.line)" }.joined(separator: "\n")
    }

    private func uneven(_ gaps: [SliceGap], _ usual: Double) -> String {
        let shown = gaps.prefix(5).map { gap in
            let what = gap.missing > 0 ? "\(gap.missing) missing" : "\(millimetres(gap.toMM - gap.fromMM)) mm apart"
            return "between \(millimetres(gap.fromMM)) and \(millimetres(gap.toMM)) mm (\(what))"
        }
        let rest = gaps.count > 5 ? " and \(gaps.count - 5) more" : ""
        return "the slices are not evenly spaced; usually \(millimetres(usual)) mm, but " + shown.joined(separator: ", ") + rest
            + "; find the missing files or export the series again, or pass --resample-uneven to interpolate the slices"
    }
}

extension SeriesSummary {
    /// The series on one line, for people.
    public var line: String { line(naming: [description, kernel.map { "kernel \($0)" }, imageType]) }

    /// The line without what people typed, for files that are handed on.
    var lineWithoutFreeText: String { line(naming: []) }

    private func line(naming words: [String?]) -> String {
        let spacing = sliceSpacingMM.map { " every \(millimetres($0)) mm" } ?? ""
        let all = (words + [unusable.map { "not usable: \($0)" }]).compactMap { $0 }
        return "\(uid)  \(modality), \(sliceCount) slices of \(columns) x \(rows)\(spacing)" + all.map { ", \($0)" }.joined()
    }
}

/// A length or position with a thousandth of a millimetre, without trailing zeros.
func millimetres(_ value: Double) -> String {
    let thousandths = (value * 1000).rounded() / 1000
    return thousandths == thousandths.rounded() && abs(thousandths) < 1e9 ? String(Int(thousandths)) : String(thousandths)
}
