import Frames

// The frames that plan.json holds as matrices. Nil where one is no rigid transform, which no plan of lamina's has: whoever reads a plan says so and does not leave the thing out.

extension PlanFile.Vertebra {
    /// Where the vertebra stands in the CT, LPS mm.
    public var frame: RigidTransform<Patient, Frames.Vertebra>? { RigidTransform(rowMajor4x4: patientFromVertebra) }
}

extension PlanFile.Screw {
    /// Where the pedicle's vertebra stands in the CT, LPS mm; nil also for one without a frame.
    public var vertebraFrame: RigidTransform<Patient, Frames.Vertebra>? { patientFromVertebra.flatMap(RigidTransform.init(rowMajor4x4:)) }

    /// Where the screw stands in its vertebra, mm; nil also where there is none.
    public var screwFrame: RigidTransform<Frames.Vertebra, Frames.Screw>? { vertebraFromScrew.flatMap(RigidTransform.init(rowMajor4x4:)) }
}
