import Frames
import Meshes

/// A vertebra's bone as a signed distance, seen from a (still improving) vertebra frame.
///
/// Coordinates are bare millimetres of that frame: x to the patient's left, y posterior, z superior.
struct PosedBone: Sendable {
    let field: SignedDistanceField<Patient>
    var patientFromVertebra: RigidTransform<Patient, Vertebra>

    /// Distance to the bone's surface at a point of the vertebra frame, mm, negative inside bone.
    func distance(_ p: SIMD3<Double>) -> Double { field.distance(at: patientFromVertebra * Point(p)) }

    /// The outward unit normal of the distance field at a point; zero where it has none.
    func normal(_ p: SIMD3<Double>) -> SIMD3<Double> {
        let gradient = patientFromVertebra.rotation.inverse * field.gradient(at: patientFromVertebra * Point(p))
        return UnitVector(gradient)?.xyz ?? .zero
    }

    /// The first place after `start`, along unit `direction` and within `limit` mm, where the path leaves bone; nil when it does not.
    ///
    /// The path counts as outside only after `gap` mm without bone, so that a dent of the surface does not end it.
    func exit(from start: SIMD3<Double>, along direction: SIMD3<Double>, limit: Double, gap: Double = 0) -> Double? {
        var travelled = 0.0
        var before = (at: 0.0, distance: distance(start))
        var left: Double?
        while travelled < limit {
            // Inside bone no surface is nearer than -distance, so that step is safe; the factor allows for interpolation.
            travelled += max(0.25, abs(before.distance) * 0.8)
            let here = distance(start + travelled * direction)
            if here > 0 {
                let crossing = before.distance < 0 ? crossingPoint(before, (travelled, here)) : before.at
                let exit = left ?? crossing
                if travelled - exit >= gap { return exit }
                left = exit
            } else {
                left = nil
            }
            before = (travelled, here)
        }
        return left
    }

    private func crossingPoint(_ a: (at: Double, distance: Double), _ b: (at: Double, distance: Double)) -> Double {
        a.at + (b.at - a.at) * a.distance / (a.distance - b.distance)
    }
}
