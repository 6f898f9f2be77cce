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

/// The frame of the operating room in which a calibration places source and detector: of a tracker, of the C-arm's isocentre, or of anything else
/// that stands still. Millimetres. Which one it is travels with the calibration.
public enum Room: CoordinateFrame {}

/// One X-ray view's own frame: origin at the source, +z perpendicular to the detector's plane and towards it, +x along a row of pixels, millimetres.
/// +x is the way that columns count, unless the image is seen from the detector's side.
public enum CArm: CoordinateFrame {}
