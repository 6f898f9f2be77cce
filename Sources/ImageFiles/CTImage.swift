import Frames
import Volumes

/// A CT as read from files: HU on a grid in the patient frame, what the files say about it, and what was odd about them.
public struct CTImage: Sendable {
    /// Hounsfield units, never below -1024. Frame: Patient (LPS+), mm.
    public var volume: CTVolume
    public var metadata: ImageMetadata
    /// Everything that was dropped, mended, assumed or chosen on the way, in the order of reading.
    public var warnings: [ImageWarning]
    /// The paths of the files that the voxels came from: one, header and voxels apart, or a slice each.
    public var files: [String]

    public init(volume: CTVolume, metadata: ImageMetadata, warnings: [ImageWarning] = [], files: [String] = []) {
        self.volume = volume
        self.metadata = metadata
        self.warnings = warnings
        self.files = files
    }
}

/// A label map as read from a file, with the file's own numbers.
public struct LabelImage: Sendable {
    public var volume: Volume<Int32, Patient>
    public var warnings: [ImageWarning]

    public init(volume: Volume<Int32, Patient>, warnings: [ImageWarning] = []) {
        self.volume = volume
        self.warnings = warnings
    }
}

/// What the files say about an image. It never holds the patient's name, number or dates.
public struct ImageMetadata: Codable, Equatable, Sendable {
    public var format: ImageFormat
    /// The patient directions that growing i, j and k point to, such as "LPS".
    public var orientation: String
    /// The lowest and the highest value in the volume.
    public var lowestHU: Int
    public var highestHU: Int
    public var fileCount: Int
    /// How the file stores its values, such as "int16" or "uint12".
    public var storedType: String
    public var dicom: DicomMetadata?

    public init(format: ImageFormat, orientation: String, lowestHU: Int, highestHU: Int, fileCount: Int, storedType: String) {
        self.format = format
        self.orientation = orientation
        self.lowestHU = lowestHU
        self.highestHU = highestHU
        self.fileCount = fileCount
        self.storedType = storedType
    }

    enum CodingKeys: String, CodingKey {
        case format, orientation
        case lowestHU = "lowest_hu"
        case highestHU = "highest_hu"
        case fileCount = "file_count"
        case storedType = "stored_type"
        case dicom
    }
}

/// Attributes of a DICOM series.
public struct DicomMetadata: Codable, Equatable, Sendable {
    public var series: SeriesSummary
    public var studyUID: String?
    public var frameOfReferenceUID: String?
    /// As written, such as "HFS". Not used: slice positions and orientations are in the patient frame already.
    public var patientPosition: String?
    public var tubeVoltageKV: Double?
    public var hasContrastAgent: Bool
    public var transferSyntaxUID: String
    public var lowestRescaleSlope: Double
    public var highestRescaleSlope: Double
    public var lowestRescaleIntercept: Double
    public var highestRescaleIntercept: Double
    public var sliceThicknessMM: Double?
    /// Distances between neighbouring slices along the normal.
    public var smallestSliceGapMM: Double
    public var largestSliceGapMM: Double
    /// The angle between the slice normal and the line through the slice positions.
    public var gantryTiltDegrees: Double

    enum CodingKeys: String, CodingKey {
        case series
        case studyUID = "study_instance_uid"
        case frameOfReferenceUID = "frame_of_reference_uid"
        case patientPosition = "patient_position"
        case tubeVoltageKV = "tube_voltage_kv"
        case hasContrastAgent = "has_contrast_agent"
        case transferSyntaxUID = "transfer_syntax_uid"
        case lowestRescaleSlope = "lowest_rescale_slope"
        case highestRescaleSlope = "highest_rescale_slope"
        case lowestRescaleIntercept = "lowest_rescale_intercept"
        case highestRescaleIntercept = "highest_rescale_intercept"
        case sliceThicknessMM = "slice_thickness_mm"
        case smallestSliceGapMM = "smallest_slice_gap_mm"
        case largestSliceGapMM = "largest_slice_gap_mm"
        case gantryTiltDegrees = "gantry_tilt_deg"
    }
}

/// One series of a DICOM folder, described so that a person can choose.
public struct SeriesSummary: Codable, Equatable, Sendable {
    public var uid: String
    public var modality: String
    public var description: String?
    public var manufacturer: String?
    public var kernel: String?
    public var imageType: String?
    public var sliceCount: Int
    public var columns: Int
    public var rows: Int
    /// The median distance between slices; nil for fewer than two positions.
    public var sliceSpacingMM: Double?
    /// Why the series cannot be read as a CT; nil when it can.
    public var unusable: String?

    enum CodingKeys: String, CodingKey {
        case uid, modality, description, manufacturer, kernel
        case imageType = "image_type"
        case sliceCount = "slice_count"
        case columns, rows
        case sliceSpacingMM = "slice_spacing_mm"
        case unusable
    }
}

public enum ImageFormat: String, Codable, Sendable {
    case dicom, nifti, nrrd
    case metaImage = "metaimage"
}

/// Something a reader did or assumed that a person should know.
public struct ImageWarning: Codable, Equatable, Sendable {
    public enum Code: String, Codable, Sendable, CaseIterable {
        /// The folder holds other image series; one was chosen.
        case seriesChosen = "series_chosen"
        /// Files that are not DICOM, empty or without an image were left out.
        case filesSkipped = "files_skipped"
        /// Localizer images inside the chosen series were left out.
        case localizersDropped = "localizers_dropped"
        /// The same slice was there twice, with equal pixels.
        case duplicateSlices = "duplicate_slices"
        /// Slice positions are slightly uneven and were treated as even.
        case slicePositionsRounded = "slice_positions_rounded"
        /// Slices were interpolated onto even positions, as asked.
        case slicesResampled = "slices_resampled"
        /// A tilted gantry: slices were shifted onto an orthogonal grid.
        case gantryTilt = "gantry_tilt"
        /// Values below -1024 HU were set to -1024.
        case belowAir = "below_air"
        /// Pixels marked as padding were set to -1024 HU.
        case padding = "padding"
        /// Values above 32767 HU were set to 32767.
        case aboveRange = "above_range"
        /// Voxels that are not a number were set to -1024 HU.
        case notANumber = "not_a_number"
        /// Stored values use bits beyond those declared; the extra bits were ignored.
        case extraBits = "extra_bits"
        /// No air in the image: perhaps the values are not HU.
        case noAir = "no_air"
        /// No bone in the image: perhaps the values are not HU.
        case noBone = "no_bone"
        /// The image was compressed with loss.
        case lossyCompression = "lossy_compression"
        /// Read as CT although its modality is not CT, as asked.
        case notCT = "not_ct"
        /// The rescale type is not HU.
        case rescaleType = "rescale_type"
        /// The file does not name its unit of length; millimetres were assumed.
        case unitAssumed = "unit_assumed"
        /// The sform and the qform put the image at different places; the one named was used.
        case transformConflict = "transform_conflict"
        /// The coordinates are those of a template, not of the scanner.
        case notScannerSpace = "not_scanner_space"
        /// The file is longer than its header says.
        case trailingData = "trailing_data"
    }
    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

/// How to read an image.
public struct ReadOptions: Codable, Equatable, Sendable {
    /// The series to read from a DICOM folder; nil chooses the best CT series, or fails where two are equally good.
    public var seriesUID: String?
    /// Reads MR as well, for synthetic CTs made from MR, whose values are HU (`--synthetic-ct`).
    public var allowMR = false
    /// Interpolates unevenly spaced slices onto even positions instead of refusing them.
    public var resamplesUnevenSlices = false
    /// The largest image to read, in voxels; default 2^30 (2 GiB of HU).
    public var largestVoxelCount = 1 << 30
    /// Threads that decode DICOM slices; default 2.
    public var threads = 2

    public init() {}
}
