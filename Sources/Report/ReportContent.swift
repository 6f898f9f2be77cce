import Frames
import Meshes
import Planning
import Volumes

/// All that a report is made of.
public struct ReportContent: Sendable {
    public var plan: PlanFile
    /// Of the bytes of plan.json, lower-case hexadecimal.
    public var planSHA256: String
    /// What wrote the plan, with its version.
    public var tool: String
    /// What a person calls the patient; nil where nobody said, for nothing is taken from the scan's files.
    public var pseudonym: String?
    /// The day of the scan, YYYY-MM-DD; nil likewise.
    public var studyDate: String?
    public var levelBasis: LevelBasis
    /// HU. Frame: Patient (LPS+), mm.
    public var ct: CTVolume
    public var labels: LabelVolume
    /// Whose canals are drawn.
    public var vertebrae: [VertebraModel]
    /// Closed surfaces for the view in space.
    public var meshes: [LevelMesh]
    public var viewer: Viewer

    public struct LevelMesh: Sendable {
        public var level: String
        public var mesh: TriangleMesh<Patient>

        public init(level: String, mesh: TriangleMesh<Patient>) { (self.level, self.mesh) = (level, mesh) }
    }

    /// What draws the view in space.
    public enum Viewer: Sendable {
        /// JavaScript of three.js and of its OrbitControls.
        case three(library: String, controls: String)
        /// Why there is none.
        case missing(reason: String)
    }

    public init(
        plan: PlanFile, planSHA256: String, tool: String, pseudonym: String?, studyDate: String?, levelBasis: LevelBasis, ct: CTVolume,
        labels: LabelVolume,
        vertebrae: [VertebraModel], meshes: [LevelMesh], viewer: Viewer
    ) {
        (self.plan, self.planSHA256, self.tool, self.pseudonym) = (plan, planSHA256, tool, pseudonym)
        self.studyDate = studyDate
        (self.levelBasis, self.ct, self.labels, self.vertebrae, self.meshes) = (levelBasis, ct, labels, vertebrae, meshes)
        self.viewer = viewer
    }

    /// Hounsfield units of such an image mean nothing.
    var isSyntheticCT: Bool { plan.warnings.contains { $0.code == "synthetic_ct" } }

    /// Whether a person must count before any use, whoever says so.
    var isLevelEstimated: Bool { levelBasis.isEstimate || plan.warnings.contains { $0.code == "level_estimated" } }
}
