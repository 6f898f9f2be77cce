import Anatomy
import Frames
import Volumes

/// Vertebra labels on a CT's grid, with what was noticed while they were made.
public struct VertebraLabels: Sendable {
    /// VerSe ids, 0 where there is no vertebra.
    public var volume: LabelVolume
    /// The levels with at least one voxel, from head to sacrum.
    public var levels: [VertebraLevel]
    /// Where each of `levels` lies, in the same order.
    public var regions: [LabelledRegion]
    public var warnings: [LabelWarning]

    public init(volume: LabelVolume, levels: [VertebraLevel], regions: [LabelledRegion], warnings: [LabelWarning]) {
        self.volume = volume
        self.levels = levels
        self.regions = regions
        self.warnings = warnings
    }
}

/// Something about a label map that a person should know before trusting a plan made on it.
public struct LabelWarning: Codable, Equatable, Sendable {
    public enum Code: String, Codable, Sendable {
        case resampled
        case labelsBeyondImage = "labels_beyond_image"
        case unknownIds = "unknown_ids"
        case mayBeCut = "may_be_cut"
        case fragmented
        case incomplete
        case missingLevel = "missing_level"
        case skippedNumber = "skipped_number"
        case unevenSpacing = "uneven_spacing"
        case implausibleSpacing = "implausible_spacing"
        case obliqueSpine = "oblique_spine"
        case situsInversus = "situs_inversus"
        case poorFit = "poor_fit"
        case fitNotChecked = "fit_not_checked"
        case transitionalAnatomy = "transitional_anatomy"
        case levelEstimated = "level_estimated"
        case notTrusted = "not_trusted"
        case relabelled
        case metal

        /// Whether it tells of the named levels' own bone only, and nothing of the others' place, side or number.
        var isLocal: Bool {
            switch self {
            case .mayBeCut, .fragmented, .incomplete, .poorFit, .notTrusted, .metal: true
            default: false
            }
        }

        /// Whether it is about the names themselves, so that it does not hold of the same bones under other names.
        public var isAboutNames: Bool {
            switch self {
            case .missingLevel, .skippedNumber, .unevenSpacing, .implausibleSpacing, .levelEstimated, .relabelled: true
            default: false
            }
        }
    }

    public var code: Code
    /// What was seen, with numbers, and what to do about it.
    public var text: LevelText
    /// The levels it is about; empty when it is about the whole map.
    public var levels: [VertebraLevel]

    public var message: String { text.description }

    public init(_ code: Code, levels: [VertebraLevel] = [], _ text: LevelText) {
        self.code = code
        self.text = text
        self.levels = levels
    }

    /// The same warning about the same bones under other names; those without a new name keep theirs.
    public func renamed(_ newNames: [VertebraLevel: VertebraLevel]) -> LabelWarning {
        LabelWarning(code, levels: levels.map { newNames[$0] ?? $0 }, text.renamed(newNames))
    }
}

/// Where one level's voxels lie.
public struct LabelledRegion: Equatable, Sendable {
    public var level: VertebraLevel
    public var voxelCount: Int
    /// mm³.
    public var volume: Double
    /// The mean of the voxel centres.
    public var centroid: Point<Patient>
    /// Bounds in voxel indices: `lower <= index < upper`.
    public var lower: SIMD3<Int>
    public var upper: SIMD3<Int>
    /// Voxels that lie on a face of the grid: where there are any, the vertebra may go on outside.
    public var voxelsOnGridFace: Int

    public var isCutByView: Bool { voxelsOnGridFace > 0 }
}

/// The span of a grid along the patient's axes, LPS mm.
public struct PatientExtent: Equatable, Sendable, CustomStringConvertible {
    public var lower: SIMD3<Double>
    public var upper: SIMD3<Double>

    public init(of grid: GridGeometry<Patient>) {
        let corners = grid.corners.map(\.xyz)
        lower = corners.dropFirst().reduce(corners[0]) { pointwiseMin($0, $1) }
        upper = corners.dropFirst().reduce(corners[0]) { pointwiseMax($0, $1) }
    }

    public var description: String {
        func span(_ name: String, _ axis: Int) -> String { "\(name) \(lower[axis].tenths) to \(upper[axis].tenths)" }
        return "\(span("L", 0)), \(span("P", 1)), \(span("S", 2)) mm"
    }
}

extension Double {
    /// Rounded to a tenth for messages.
    var tenths: String { String((self * 10).rounded() / 10) }
    var hundredths: String { String((self * 100).rounded() / 100) }
    /// As a whole percentage for messages.
    var percent: String { "\(Int((self * 100).rounded())) %" }
}

extension Collection where Element == VertebraLevel {
    /// "T9, T10, L1" for messages.
    var names: String { map(\.name).joined(separator: ", ") }
}
