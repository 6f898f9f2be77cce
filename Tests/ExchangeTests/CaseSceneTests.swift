import Frames
import Meshes
import Testing

@testable import Exchange

@Suite struct CaseSceneTests {
    /// Left stays x, back becomes -z, head y; no mirror.
    @Test func yUpIsATurn() {
        let turn: RigidTransform<YUp, Patient> = yUpFromLPS()
        #expect(turn * Point(1, 2, 3) == Point(1, 3, -2))
        let (x, y, z) = turn.rotation.columns
        #expect((x.cross(y) * z).sum() == 1)
    }

    /// Through its node's and its parents' frames each vertex comes back to where the patient has it.
    @Test func framesComposeToThePatient() throws {
        let exported = exampleCase()
        let scene = caseScene(exported.vertebrae)
        #expect(scene.name == "spine_LPS" && scene.surface == nil && scene.children.map(\.name) == ["L4", "L5"])
        let l4 = scene.children[0]
        #expect(l4.children.map(\.name) == ["L4_left"] && scene.children[1].children.isEmpty)
        try expectSame(placed(l4, in: [l4]), exported.vertebrae[0].mesh.vertices)
        try expectSame(placed(l4.children[0], in: [l4, l4.children[0]]), exported.screws[0].mesh.vertices)
        #expect(l4.children[0].surface?.appearance == .leftScrew)
    }

    /// A node's vertices in the frame above the first of `path`.
    private func placed(_ node: SceneNode, in path: [SceneNode]) throws -> [SIMD3<Double>] {
        let vertices = try #require(node.surface).vertices
        return try path.reversed().reduce(vertices) { vertices, node in
            let rotation = try #require(Rotation<Patient, Patient>(quaternion: node.rotation))
            return vertices.map { rotation($0) + node.translation }
        }
    }

    private func expectSame(_ a: [SIMD3<Double>], _ b: [SIMD3<Double>]) {
        #expect(a.count == b.count && zip(a, b).allSatisfy { ($0 - $1).length < 1e-9 })
    }
}
