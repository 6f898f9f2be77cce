import Anatomy
import Foundation
import Frames

extension PlanFile {
    public enum Status: String, Codable, Sendable {
        case planned, refused
        /// A person placed the screw, and it keeps every hard rule.
        case adjusted
        /// A person placed the screw, it breaks a hard rule, and the person said why it stands all the same.
        case riskAccepted = "risk_accepted"
        /// A person removed the screw.
        case removed

        /// Whether there is a screw.
        public var hasScrew: Bool { self == .planned || self == .adjusted || self == .riskAccepted }
    }

    /// One pedicle's decision. Every key but `edit` is always present: what a refusal lacks is null.
    public struct Screw: Equatable, Sendable {
        public var level: String
        public var side: Side
        public var status: Status
        public var reasons: [Finding]
        public var warnings: [Finding]
        public var alternatives: [Alternative]
        public var pedicle: Pedicle?
        public var patientFromVertebra: [Double]?
        public var vertebraFromScrew: [Double]?
        public var entry: [Double]?
        public var tip: [Double]?
        public var diameter: Double?
        public var length: Double?
        public var angles: Angles?
        public var margins: ScrewMargins?
        public var grade: GertzbeinRobbins?
        public var gradeIfBoneIsSmaller: GertzbeinRobbins?
        public var hu: PathDensity?
        public var depthFraction: Double?
        public var score: Double?
        /// Only where a person changed the planner's decision.
        public var edit: Edit?

        /// - Parameter about: warnings of the run about this level.
        init(_ plan: ScrewPlan, warnings about: [Warning]) {
            level = plan.level.name
            side = plan.side
            status = plan.screw == nil ? .refused : .planned
            reasons = plan.reasons.map(\.rounded)
            warnings = plan.warnings.map(\.rounded) + about.map { Finding($0.code, $0.message) }
            alternatives = plan.patientFromVertebra.map { frame in plan.alternatives.map { Alternative($0, in: frame) } } ?? []
            patientFromVertebra = plan.patientFromVertebra?.rowMajor4x4
            guard let frame = plan.patientFromVertebra else { return }
            pedicle = plan.pedicle.map { Pedicle($0, in: frame) }
            if let screw = plan.screw { fill(from: screw, in: frame) }
        }

        mutating func fill(from screw: PlannedScrew, in frame: RigidTransform<Patient, Frames.Vertebra>) {
            vertebraFromScrew = screw.vertebraFromScrew.rowMajor4x4
            entry = millimetres(frame * screw.entry)
            tip = millimetres(frame * screw.tip)
            (diameter, length) = (screw.diameter, screw.length)
            angles = Angles(
                transverse: micron(screw.transverseAngle * 180 / .pi), sagittal: micron(screw.sagittalAngle * 180 / .pi))
            margins = screw.margins.rounded
            (grade, gradeIfBoneIsSmaller) = (screw.grade, screw.gradeIfBoneIsSmaller)
            hu = screw.density?.rounded
            depthFraction = micron(screw.depthFraction)
            score = micron(screw.score)
        }
    }
}

extension PlanFile.Screw: Codable {
    enum CodingKeys: String, CodingKey {
        case level, side, status, reasons, warnings, alternatives, pedicle, grade, hu, score, edit
        case patientFromVertebra = "patient_from_vertebra"
        case vertebraFromScrew = "vertebra_from_screw"
        case entry = "entry_lps_mm"
        case tip = "tip_lps_mm"
        case diameter = "diameter_mm"
        case length = "length_mm"
        case angles = "angles_deg"
        case margins = "margins_mm"
        case gradeIfBoneIsSmaller = "grade_if_bone_is_one_voxel_smaller"
        case depthFraction = "depth_fraction"
    }

    // Written out because a synthesized encoder leaves nil keys away, and a reader must see null.
    public func encode(to encoder: any Encoder) throws {
        var c = encoder.container(keyedBy: CodingKeys.self)
        try c.encode(level, forKey: .level)
        try c.encode(side, forKey: .side)
        try c.encode(status, forKey: .status)
        try c.encode(reasons, forKey: .reasons)
        try c.encode(warnings, forKey: .warnings)
        try c.encode(alternatives, forKey: .alternatives)
        try c.encode(pedicle, forKey: .pedicle)
        try c.encode(patientFromVertebra, forKey: .patientFromVertebra)
        try c.encode(vertebraFromScrew, forKey: .vertebraFromScrew)
        try c.encode(entry, forKey: .entry)
        try c.encode(tip, forKey: .tip)
        try c.encode(diameter, forKey: .diameter)
        try c.encode(length, forKey: .length)
        try c.encode(angles, forKey: .angles)
        try c.encode(margins, forKey: .margins)
        try c.encode(grade, forKey: .grade)
        try c.encode(gradeIfBoneIsSmaller, forKey: .gradeIfBoneIsSmaller)
        try c.encode(hu, forKey: .hu)
        try c.encode(depthFraction, forKey: .depthFraction)
        try c.encode(score, forKey: .score)
        try c.encodeIfPresent(edit, forKey: .edit)
    }
}

extension PlanFile.Pedicle {
    init(_ pedicle: Pedicle, in frame: RigidTransform<Patient, Vertebra>) {
        self.init(
            width: micron(pedicle.width), height: micron(pedicle.height), isthmusCentre: millimetres(frame * pedicle.isthmusCentre),
            axis: direction(frame * pedicle.axis))
    }
}

extension PlanFile.Alternative {
    init(_ choice: RejectedScrew, in frame: RigidTransform<Patient, Vertebra>) {
        self.init(
            diameter: choice.diameter, length: choice.length, entry: millimetres(frame * choice.entry),
            tip: millimetres(frame * choice.tip), score: choice.score.map(micron), rejectedBecause: choice.reasons.map(\.rounded))
    }
}

extension Finding {
    var rounded: Finding { Finding(code, message, values.mapValues(micron)) }
}

extension ScrewMargins {
    var rounded: ScrewMargins {
        ScrewMargins(
            medial: micron(medial), lateral: micron(lateral), superior: micron(superior), inferior: micron(inferior),
            anterior: micron(anterior), canal: micron(canal))
    }
}

extension PathDensity {
    var rounded: PathDensity {
        PathDensity(
            mean: micron(mean), standardDeviation: micron(standardDeviation), minimum: micron(minimum), maximum: micron(maximum),
            samples: samples, method: method)
    }
}
