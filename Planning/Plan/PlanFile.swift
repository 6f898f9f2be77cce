import Anatomy
import Frames

/// plan.json: the plan as it is stored and exchanged; its JSON Schema is Protocols/Specification/plan.schema.json.
///
/// Coordinates are LPS millimetres of the input CT, matrices are row-major 4x4, angles degrees. A refused screw's geometry is null.
public struct PlanFile: Codable, Equatable, Sendable {
    public static let currentVersion = "1.2.0"

    public var schema = "lamina.plan"
    public var schemaVersion = PlanFile.currentVersion
    public var convention = "LPS-mm-RH"
    public var notice = "Research software, not a medical device. A surgeon must review every screw."
    /// The scan that the coordinates belong to.
    public var image: Image
    /// What a person should know about the scan, its labels and the run.
    public var warnings: [Warning]
    public var vertebrae: [Vertebra]
    public var screws: [Screw]

    enum CodingKeys: String, CodingKey {
        case schema, convention, notice, image, warnings, vertebrae, screws
        case schemaVersion = "schema_version"
    }

    /// - Parameter warnings: of the whole run; those that name a level are repeated in its screws.
    public init(_ plan: SpinePlan, image: Image, warnings: [Warning] = []) {
        self.image = image
        self.warnings = warnings
        vertebrae = plan.vertebrae.map(Vertebra.init)
        screws = plan.screws.map { screw in Screw(screw, warnings: warnings.filter { $0.levels.contains(screw.level.name) }) }
    }
}

extension PlanFile {
    public struct Plate: Codable, Equatable, Sendable {
        public var centre: [Double]
        public var normal: [Double]
        public var rmse: Double

        enum CodingKeys: String, CodingKey {
            case normal
            case centre = "centre_lps_mm"
            case rmse = "rmse_mm"
        }

        init(_ plate: Endplate<Frames.Vertebra>, _ frame: RigidTransform<Patient, Frames.Vertebra>) {
            centre = millimetres(frame * plate.plane.origin)
            normal = direction(frame * plate.plane.normal)
            rmse = micron(plate.rmse)
        }
    }

    public struct Endplates: Codable, Equatable, Sendable {
        public var superior: Plate
        public var inferior: Plate
    }

    public struct CanalSize: Codable, Equatable, Sendable {
        public var width: Double
        public var depth: Double

        enum CodingKeys: String, CodingKey {
            case width = "width_mm"
            case depth = "depth_mm"
        }
    }

    public struct Vertebra: Codable, Equatable, Sendable {
        public var level: String
        public var patientFromVertebra: [Double]
        public var endplates: Endplates
        public var canal: CanalSize
        public var bodyDepth: Double
        public var volume: Double
        public var warnings: [Finding]

        enum CodingKeys: String, CodingKey {
            case level, endplates, canal, warnings
            case patientFromVertebra = "patient_from_vertebra"
            case bodyDepth = "body_depth_mm"
            case volume = "label_volume_mm3"
        }

        init(_ model: VertebraModel) {
            level = model.level.name
            patientFromVertebra = model.patientFromVertebra.rowMajor4x4
            endplates = Endplates(
                superior: Plate(model.superiorEndplate, model.patientFromVertebra),
                inferior: Plate(model.inferiorEndplate, model.patientFromVertebra))
            canal = CanalSize(width: micron(model.canalSize.x), depth: micron(model.canalSize.y))
            bodyDepth = micron(model.bodyDepth)
            volume = micron(model.volume)
            warnings = model.warnings.map(\.rounded)
        }
    }

    public struct Pedicle: Codable, Equatable, Sendable {
        public var width: Double
        public var height: Double
        public var isthmusCentre: [Double]
        /// Unit LPS direction from the arch into the body.
        public var axis: [Double]

        enum CodingKeys: String, CodingKey {
            case axis
            case width = "width_mm"
            case height = "height_mm"
            case isthmusCentre = "isthmus_centre_lps_mm"
        }
    }

    public struct Angles: Codable, Equatable, Sendable {
        public var transverse: Double
        public var sagittal: Double
    }

    public struct Alternative: Codable, Equatable, Sendable {
        public var diameter: Double
        public var length: Double
        public var entry: [Double]
        public var tip: [Double]
        public var score: Double?
        public var rejectedBecause: [Finding]

        enum CodingKeys: String, CodingKey {
            case score
            case diameter = "diameter_mm"
            case length = "length_mm"
            case entry = "entry_lps_mm"
            case tip = "tip_lps_mm"
            case rejectedBecause = "rejected_because"
        }

        /// Every key is written, with null for what does not exist.
        public func encode(to encoder: any Encoder) throws {
            var c = encoder.container(keyedBy: CodingKeys.self)
            try c.encode(diameter, forKey: .diameter)
            try c.encode(length, forKey: .length)
            try c.encode(entry, forKey: .entry)
            try c.encode(tip, forKey: .tip)
            try c.encode(score, forKey: .score)
            try c.encode(rejectedBecause, forKey: .rejectedBecause)
        }
    }
}

/// Micrometres are finer than any of this is known: rounding keeps files short and stable.
func micron(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

func millimetres(_ point: Point<Patient>) -> [Double] { [point.x, point.y, point.z].map { ($0 * 1e6).rounded() / 1e6 } }

func direction(_ vector: UnitVector<Patient>) -> [Double] {
    [vector.xyz.x, vector.xyz.y, vector.xyz.z].map { ($0 * 1e9).rounded() / 1e9 }
}
