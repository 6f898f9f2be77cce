import Anatomy
import Foundation
import Frames
import Meshes

@testable import Exchange

/// A solid with no symmetry, about a point: its apex lies to the left (+x), front (-y) and top (+z).
func wedge<F>(at centre: SIMD3<Double> = .zero) -> TriangleMesh<F> {
    let corners = [SIMD3(-20.5, 1.25, -10.125), SIMD3(-8, 5, -15), SIMD3(-11, 12, -13), SIMD3(30.125, -20.75, 40.5)]
    return TriangleMesh(vertices: corners.map { $0 + centre }, triangles: [SIMD3(0, 2, 1), SIMD3(0, 1, 3), SIMD3(0, 3, 2), SIMD3(1, 2, 3)])
}

/// L4 with a turned frame and a left screw alone, and L5 without a frame.
func exampleCase() -> ExportedCase {
    let axis = UnitVector<Patient>(Vector(0.2, -0.4, 0.9))!
    // Any rotation and origin relate two made-up frames.
    let patientFromVertebra = RigidTransform<Patient, Vertebra>(
        asserting: Rotation(angle: 0.4, about: axis), origin: Point(-30, 120.5, 900.25))
    let patientFromScrew = RigidTransform<Patient, Screw>(asserting: Rotation(angle: 1.9, about: axis), origin: Point(-10, 140, 905))
    let screw = ExportedScrew(
        level: .l4, side: .left, mesh: wedge(at: SIMD3(-10, 140, 905)), patientFromScrew: patientFromScrew, entry: Point(-10, 140, 905),
        tip: Point(-18, 100, 901), diameter: 6.5, length: 45)
    return ExportedCase(
        title: "Spine plan L4-L5", planSHA256: String(repeating: "ab", count: 32), tool: "lamina 0.0.0", notice: "Research <&> \"only\".",
        approval: .void,
        warnings: [.init(code: "level_estimated", levels: []), .init(code: "metal", levels: ["L4"])], refused: ["L4_right"],
        vertebrae: [
            ExportedVertebra(level: .l4, mesh: wedge(at: SIMD3(-30, 120, 900)), patientFromVertebra: patientFromVertebra, screws: [screw]),
            ExportedVertebra(level: .l5, mesh: wedge(at: SIMD3(-30, 125, 860)), patientFromVertebra: nil, screws: []),
        ])
}
