import Frames
import Meshes

/// glTF's axes: x to the patient's left, y to the head, z to the front ("+Y up, the front faces +Z, +X is its left").
enum YUp: CoordinateFrame {}

/// A frame with LPS axes in glTF's: y up, so (x, y, z) becomes (x, z, -y). A turn by -90 degrees about x, determinant +1: nothing is mirrored.
func yUpFromLPS<F>() -> RigidTransform<YUp, F> {
    // By the definition of both sets of axes: left stays x, back is -z, head is y.
    RigidTransform(asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 0, -1), SIMD3(0, 1, 0)), origin: Point(0, 0, 0))
}

/// The scene of a whole case: "spine_LPS" over a node for each vertebra ("L4"), and that over its screws ("L4_left").
///
/// Every mesh is in its own frame, so a reader that gives the node "L4" a tracked pose moves the screws along. A vertebra without a frame in the plan
/// stands in the patient's.
func caseScene(_ vertebrae: [ExportedVertebra]) -> SceneNode {
    SceneNode("spine_LPS", parentFromNode: yUpFromLPS() as RigidTransform<YUp, Patient>, children: vertebrae.map(vertebraScene))
}

/// A vertebra and its screws, to stand in the patient's frame.
private func vertebraScene(_ vertebra: ExportedVertebra) -> SceneNode {
    // Without a frame of its own the vertebra's axes are the patient's.
    let patientFromVertebra =
        vertebra.patientFromVertebra
        ?? RigidTransform<Patient, Vertebra>(
            asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: Point(0, 0, 0))
    let vertebraFromPatient = patientFromVertebra.inverse
    let screws = vertebra.screws.map { screw in
        SceneNode(
            screw.name, mesh: screw.mesh.transformed(by: screw.patientFromScrew.inverse), appearance: screw.appearance,
            extras: ["status": screw.origin.rawValue, "size": screw.size], parentFromNode: vertebraFromPatient * screw.patientFromScrew)
    }
    return SceneNode(
        vertebra.name, mesh: vertebra.mesh.transformed(by: vertebraFromPatient), parentFromNode: patientFromVertebra, children: screws)
}
