import Anatomy

/// What a phantom shows and how it was scanned. Everything else about it comes from the seed.
public struct PhantomParameters: Codable, Equatable, Sendable {
    /// How much of the CT is drawn; the labels are the same in all.
    public enum Content: String, Codable, CaseIterable, Sendable {
        /// Bone, discs, canal, ribs, soft tissue and air, blurred, with noise.
        case full
        /// Bone with its shell on plain soft tissue, without blur or noise: several times faster.
        case bone
    }

    /// A turn by `angle_deg` about an axis, right-hand rule.
    public struct Turn: Codable, Equatable, Sendable {
        public var axis: SIMD3<Double>
        public var angleDeg: Double

        public init(axis: SIMD3<Double>, angleDeg: Double) {
            self.axis = axis
            self.angleDeg = angleDeg
        }

        enum CodingKeys: String, CodingKey {
            case axis
            case angleDeg = "angle_deg"
        }
    }

    /// Levels to draw, T1 to S1. Neighbours in the list touch only through their discs and facet gaps.
    public var levels: [VertebraLevel] = [.t9, .t10, .t11, .t12, .l1, .l2, .l3]
    /// Voxel spacing along i, j, k, mm, 0.2 to 6.
    public var spacing = SIMD3<Double>(1, 1, 1)
    /// Turns the voxel grid against the patient; the anatomy stays at the same points.
    public var gridTurn: Turn?
    /// Turns the patient about the middle of the phantom in the patient frame, as if lying askew on the table.
    public var patientTurn: Turn?
    /// Whether k runs against i x j. The anatomy stays at the same points.
    public var leftHanded = false
    /// Tissue kept around the vertebrae, mm.
    public var margin = 12.0
    /// Largest sideways tilt of a vertebra from a scoliosis, degrees; the vertebrae turn with it.
    public var scoliosisDeg = 3.0
    /// Standard deviation of the scanner's blur (Gaussian), mm.
    public var blur = 0.45
    /// Standard deviation of the noise, HU.
    public var noise = 18.0
    public var content = Content.full

    public init() {}
}

public enum PhantomError: Error, Equatable, CustomStringConvertible {
    case noLevels
    case unknownLevel(VertebraLevel)
    case badParameter(name: String, value: Double, allowed: String)
    case tooLarge(voxels: Int, limit: Int)

    public var description: String {
        switch self {
        case .noLevels: "the phantom needs at least one level; name for example T9-L3"
        case .unknownLevel(let level): "the phantom has no \(level.name): it draws T1-T12, L1-L5 and S1"
        case .badParameter(let name, let value, let allowed): "the phantom's \(name) is \(value); it must be \(allowed)"
        case .tooLarge(let voxels, let limit):
            "this phantom would have \(voxels) voxels, more than \(limit): ask for fewer levels or a coarser spacing"
        }
    }
}
