/// A coordinate frame used as a phantom type, so that points of different frames cannot be mixed by mistake.
///
/// Types tell patient from vertebra, but not L3 from L4 or one instant from another: level and time travel as values.
/// All frames are right-handed, in millimetres.
public protocol CoordinateFrame: Sendable {}

/// The DICOM patient frame of the input CT: +x to the patient's left, +y posterior, +z superior (LPS+), millimetres.
public enum Patient: CoordinateFrame {}

/// A vertebra's own frame: origin at the centre of the vertebral body, +x to the patient's left, +y posterior, +z superior along
/// the mean endplate normal, millimetres.
public enum Vertebra: CoordinateFrame {}

/// A screw's own frame: origin at the entry point, +z along the shaft towards the tip, +y as cranial as +z allows, millimetres.
public enum Screw: CoordinateFrame {}
