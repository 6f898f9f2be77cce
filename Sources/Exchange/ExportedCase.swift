import Anatomy
import Frames
import Meshes

/// A planned case as other programs are given it, whatever the format.
public struct ExportedCase: Sendable {
    /// What the file calls itself, without a word about the patient.
    public var title: String
    /// SHA-256 of plan.json, by which a reader finds out that a file is of another plan.
    public var planSHA256: String
    /// The program and its version, such as "lamina 0.1.0".
    public var tool: String
    /// That it is no medical device, in a sentence.
    public var notice: String
    /// Whether somebody signed the plan as it stands. Who did is not exported.
    public var approval: Approval
    /// Codes of what the plan warned of, such as "level_estimated", with the levels.
    public var warnings: [Warning]
    /// Pedicles that lamina refused a screw, such as "L4_right".
    public var refused: [String]
    /// Pedicles that a person took the screw out of.
    public var removed: [String]
    /// From head to sacrum.
    public var vertebrae: [ExportedVertebra]

    public struct Warning: Codable, Equatable, Sendable {
        public var code: String
        public var levels: [String]

        public init(code: String, levels: [String]) { (self.code, self.levels) = (code, levels) }

        /// Such as "level_estimated", "metal (L3, L4)".
        public var text: String { levels.isEmpty ? code : "\(code) (\(levels.joined(separator: ", ")))" }
    }

    public enum Approval: String, Sendable {
        case approved
        case notApproved = "not_approved"
        /// Signed, and changed since.
        case void
    }

    public init(
        title: String, planSHA256: String, tool: String, notice: String, approval: Approval, warnings: [Warning], refused: [String],
        removed: [String] = [], vertebrae: [ExportedVertebra]
    ) {
        (self.title, self.planSHA256, self.tool, self.notice) = (title, planSHA256, tool, notice)
        self.approval = approval
        (self.warnings, self.refused, self.removed, self.vertebrae) = (warnings, refused, removed, vertebrae)
    }

    public var screws: [ExportedScrew] { vertebrae.flatMap(\.screws) }

    /// What every file says of itself in one text: notice, plan, warnings, refusals.
    var caption: String {
        var sentences = [notice, approval.sentence, "Plan SHA-256 \(planSHA256)."]
        if !warnings.isEmpty { sentences.append("Warnings: \(warnings.map(\.text).joined(separator: ", ")).") }
        if !refused.isEmpty { sentences.append("Refused: \(refused.joined(separator: ", ")).") }
        if !removed.isEmpty { sentences.append("Taken out by a person: \(removed.joined(separator: ", ")).") }
        let own = screws.compactMap { screw in screw.origin.remark.map { "\(screw.name) \($0)" } }
        if !own.isEmpty { sentences.append("Not lamina's: \(own.joined(separator: ", ")).") }
        return sentences.joined(separator: " ")
    }
}

extension ExportedCase.Approval {
    var sentence: String {
        switch self {
        case .approved: "The plan is approved."
        case .notApproved: "NOT APPROVED: nobody has approved this plan."
        case .void: "NOT APPROVED, THE APPROVAL IS VOID: the plan has changed since."
        }
    }
}

/// A vertebra where the CT has it.
public struct ExportedVertebra: Sendable {
    public var level: VertebraLevel
    public var mesh: TriangleMesh<Patient>
    /// Nil for one that the plan has no frame of, such as one that the image cuts.
    public var patientFromVertebra: RigidTransform<Patient, Vertebra>?
    /// Left first.
    public var screws: [ExportedScrew]

    public init(
        level: VertebraLevel, mesh: TriangleMesh<Patient>, patientFromVertebra: RigidTransform<Patient, Vertebra>?, screws: [ExportedScrew]
    ) {
        (self.level, self.mesh, self.patientFromVertebra, self.screws) = (level, mesh, patientFromVertebra, screws)
    }

    public var name: String { level.name }
}

/// A screw where it stands in the CT.
public struct ExportedScrew: Sendable {
    public var level: VertebraLevel
    public var side: Side
    public var mesh: TriangleMesh<Patient>
    public var patientFromScrew: RigidTransform<Patient, Screw>
    public var entry: Point<Patient>
    public var tip: Point<Patient>
    /// Millimetres.
    public var diameter: Double
    public var length: Double
    public var origin: Origin

    /// Whose it is: a person's screw never looks like one that lamina planned.
    public enum Origin: String, Sendable {
        case planned
        /// Placed by a person, and within the rules.
        case adjusted
        /// Placed by a person, and breaking a hard rule.
        case riskAccepted = "risk_accepted"

        /// What sets it apart, in a few words; nil for one that lamina planned.
        var remark: String? {
            switch self {
            case .planned: nil
            case .adjusted: "placed by hand"
            case .riskAccepted: "placed by hand, BREAKS A RULE"
            }
        }
    }

    public init(
        level: VertebraLevel, side: Side, mesh: TriangleMesh<Patient>, patientFromScrew: RigidTransform<Patient, Screw>,
        entry: Point<Patient>, tip: Point<Patient>, diameter: Double, length: Double, origin: Origin = .planned
    ) {
        self.origin = origin
        (self.level, self.side, self.mesh, self.patientFromScrew) = (level, side, mesh, patientFromScrew)
        (self.entry, self.tip, self.diameter, self.length) = (entry, tip, diameter, length)
    }

    /// Such as "L4_left".
    public var name: String { "\(level.name)_\(side.rawValue)" }
    /// Such as "6.5 x 45 mm", with the remark where there is one.
    public var size: String { "\(brief(diameter)) x \(brief(length)) mm" + (origin.remark.map { " (\($0))" } ?? "") }
    var appearance: Appearance { origin == .riskAccepted ? .brokenRule : Appearance(side) }
}

/// A number without the zeros that say nothing: "6.5", "45".
func brief(_ number: Double) -> String { number == number.rounded() ? String(Int(number)) : String(number) }
