import Anatomy
import Frames

/// What was decided for one pedicle.
public struct ScrewPlan: Sendable {
    public var level: VertebraLevel
    public var side: Side
    /// Nil when the pedicle was refused; `reasons` then say why.
    public var screw: PlannedScrew?
    /// Nil when no isthmus was found.
    public var pedicle: Pedicle?
    /// Nil when the vertebra could not be modelled.
    public var patientFromVertebra: RigidTransform<Patient, Vertebra>?
    /// Why this size and path were chosen, or why none was.
    public var reasons: [Finding]
    public var warnings: [Finding]
    /// The best candidates that were not taken.
    public var alternatives: [RejectedScrew]
}

/// A screw in its vertebra's frame, where the plan stays true when vertebrae move between CT and surgery.
public struct PlannedScrew: Sendable {
    public var vertebraFromScrew: RigidTransform<Vertebra, Screw>
    public var diameter: Double
    public var length: Double
    public var margins: ScrewMargins
    /// On the label's own surface; a label that is too large or too small misleads it.
    public var grade: GertzbeinRobbins
    /// The grade if the true bone were one voxel's mean spacing smaller on every side than its label.
    public var gradeIfBoneIsSmaller: GertzbeinRobbins
    /// Depth of the tip in the body on a lateral view, 0 at its back to 1 at its front.
    public var depthFraction: Double
    /// Angle to the midsagittal plane in the vertebra's axial plane, radians, positive towards the midline.
    public var transverseAngle: Double
    /// Angle to the axial plane in the vertebra's sagittal plane, radians, positive cranial.
    public var sagittalAngle: Double
    public var density: PathDensity?
    public var score: Double

    public var entry: Point<Vertebra> { vertebraFromScrew.origin }
    public var tip: Point<Vertebra> { vertebraFromScrew * Point<Screw>(0, 0, length) }
}

/// A candidate that was not taken, and why.
public struct RejectedScrew: Sendable {
    public var diameter: Double
    public var length: Double
    public var entry: Point<Vertebra>
    public var tip: Point<Vertebra>
    /// Nil when the candidate breaks a hard rule, and so was not compared.
    public var score: Double?
    public var reasons: [Finding]
}
