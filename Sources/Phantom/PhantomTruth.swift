import Anatomy
import Frames

/// What is known on paper about a phantom: the content of truth.json. Everything is in the LPS patient frame of its CT, mm.
public struct PhantomTruth: Codable, Equatable, Sendable {
    public var schema = "lamina.phantom-truth"
    public var schemaVersion = "1.0.0"
    public var convention = "LPS-mm-RH"
    public var seed: UInt64
    public var parameters: PhantomParameters
    public var vertebrae: [VertebraTruth]

    public func vertebra(_ level: VertebraLevel) -> VertebraTruth? { vertebrae.first { $0.level == level.name } }

    enum CodingKeys: String, CodingKey {
        case schema
        case schemaVersion = "schema_version"
        case convention, seed, parameters, vertebrae
    }
}

/// The truth of one vertebra.
public struct VertebraTruth: Codable, Equatable, Sendable {
    /// Short name, for example "T12".
    public var level: String
    /// VerSe id in the label map.
    public var labelID: Int
    /// 4x4 row-major, of the frame the vertebra was built in (see `Vertebra`).
    public var patientFromVertebraMatrix: [Double]
    public var endplates: Endplates
    public var canal: Canal
    /// Left, then right. Empty for the sacrum, whose pedicle has no isthmus.
    public var pedicles: [PedicleTruth]
    /// The tips of the transverse processes; the left one is always the longer. Nil for the sacrum.
    public var transverseTips: TransverseTips?
    /// HU of the trabecular bone before noise.
    public var trabecularHU: Double

    public func pedicle(_ side: Side) -> PedicleTruth? { pedicles.first { $0.side == side } }
    public var patientFromVertebra: RigidTransform<Patient, Vertebra> {
        // Written from a rigid transform, so it reads back as one.
        RigidTransform(rowMajor4x4: patientFromVertebraMatrix)!
    }

    public struct Endplates: Codable, Equatable, Sendable {
        public var superior: Endplate
        public var inferior: Endplate
    }

    /// A flat endplate; the normal points out of the body.
    public struct Endplate: Codable, Equatable, Sendable {
        public var centre: SIMD3<Double>
        public var normal: SIMD3<Double>

        enum CodingKeys: String, CodingKey {
            case centre = "centre_lps_mm"
            case normal = "normal_lps"
        }
    }

    /// The canal: an elliptic tube about a centreline, from the upper to the lower endplate's height.
    public struct Canal: Codable, Equatable, Sendable {
        public var centreline: [SIMD3<Double>]
        public var width: Double
        public var depth: Double

        enum CodingKeys: String, CodingKey {
            case centreline = "centreline_lps_mm"
            case width = "width_mm"
            case depth = "depth_mm"
        }
    }

    public struct TransverseTips: Codable, Equatable, Sendable {
        public var left: SIMD3<Double>
        public var right: SIMD3<Double>

        enum CodingKeys: String, CodingKey {
            case left = "left_lps_mm"
            case right = "right_lps_mm"
        }
    }

    enum CodingKeys: String, CodingKey {
        case level
        case labelID = "label_id"
        case patientFromVertebraMatrix = "patient_from_vertebra"
        case endplates, canal, pedicles
        case transverseTips = "transverse_process_tips"
        case trabecularHU = "trabecular_hu"
    }
}

/// The truth of one pedicle. Its section perpendicular to `axis` through the isthmus centre is an ellipse of this width and height, and
/// no other section within 4 mm is as small.
public struct PedicleTruth: Codable, Equatable, Sendable {
    public var side: Side
    /// Unit vector from the arch into the body (back to front).
    public var axis: SIMD3<Double>
    public var isthmusCentre: SIMD3<Double>
    /// Ellipse diameter along the direction perpendicular to the axis that is nearest to the vertebra's left-right axis, mm.
    public var width: Double
    /// Ellipse diameter perpendicular to both, mm.
    public var height: Double

    enum CodingKeys: String, CodingKey {
        case side
        case axis = "axis_lps"
        case isthmusCentre = "isthmus_centre_lps_mm"
        case width = "width_mm"
        case height = "height_mm"
    }
}

/// The truth of a vertebra that stands at `patientFromVertebra`.
func truth(of solid: VertebraSolid, at patientFromVertebra: RigidTransform<Patient, Vertebra>) -> VertebraTruth {
    let anatomy = solid.anatomy
    func point(_ p: SIMD3<Double>) -> SIMD3<Double> { (patientFromVertebra * Point<Vertebra>(p)).xyz }
    func direction(_ v: SIMD3<Double>) -> SIMD3<Double> { patientFromVertebra.rotation(v) }
    let half = anatomy.mean.bodyHeight / 2
    func endplate(superior: Bool) -> VertebraTruth.Endplate {
        VertebraTruth.Endplate(
            centre: point(SIMD3(0, 0, superior ? half : -half)), normal: direction(wedgeNormal(anatomy, superior: superior)))
    }
    let centreline = stride(from: -half, through: half, by: half / 4).map { z in
        let c = solid.canal.centre(at: z)
        return point(SIMD3(c.x, c.y, z))
    }
    let isSacrum = solid.sacrum != nil
    let pedicles = (isSacrum ? [] : [Side.left, .right]).map { side in
        let tube = solid.pedicle(side)
        return PedicleTruth(
            side: side, axis: direction(tube.axis), isthmusCentre: point(tube.isthmus), width: tube.width, height: tube.height)
    }
    return VertebraTruth(
        level: anatomy.level.name, labelID: Int(anatomy.level.rawValue), patientFromVertebraMatrix: patientFromVertebra.rowMajor4x4,
        endplates: .init(superior: endplate(superior: true), inferior: endplate(superior: false)),
        canal: .init(centreline: centreline, width: 2 * solid.canal.halfWidth, depth: 2 * solid.canal.halfDepth), pedicles: pedicles,
        transverseTips: isSacrum
            ? nil : .init(left: point(solid.arch.transverseTip(.left)), right: point(solid.arch.transverseTip(.right))),
        trabecularHU: anatomy.trabecularHU)
}
