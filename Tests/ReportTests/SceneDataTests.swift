import Foundation
import Testing

@testable import Report

@Suite struct SceneDataTests {
    @Test func meshesComeBackToWithinAStep() throws {
        let content = PhantomReport.content
        let scene = SceneData(content, meshes: content.meshes)
        let bone = try #require(scene.bones.first)
        let mesh = content.meshes[0].mesh
        let steps = try #require(Data(base64Encoded: bone.vertices)).withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
        #expect(steps.count == 3 * mesh.vertices.count)
        for (n, vertex) in mesh.vertices.enumerated() {
            for axis in 0..<3 {
                #expect(abs(scene.origin[axis] + scene.step * Double(steps[3 * n + axis]) - vertex[axis]) <= 0.51 * scene.step)
            }
        }
        #expect(scene.step < 0.01 && !bone.wide)
        let corners = try #require(Data(base64Encoded: bone.triangles)).withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
        #expect(corners.map(UInt32.init) == mesh.triangles.flatMap { [$0.x, $0.y, $0.z] })
    }

    @Test func screwsAndRefusals() throws {
        var content = PhantomReport.content
        let right = PhantomReport.index("L1", .right)
        (content.plan.screws[right].status, content.plan.screws[right].entry) = (.refused, nil)
        let scene = SceneData(content, meshes: content.meshes)
        #expect(scene.screws.map(\.side) == ["left"] && scene.refusals.map(\.side) == ["right"])
        #expect(scene.screws[0].radius == PhantomReport.shaft(.left).radius)
        // T9 has no place at all.
        #expect(scene.refusals.allSatisfy { $0.level == "L1" })
        content.plan.screws[0].level = "</script>"
        content.plan.screws[right].level = "<!--"
        #expect(!(try SceneData(content, meshes: content.meshes).embedded().html.contains("<")))
    }

    @Test func nothingToShowIsNoError() throws {
        let scene = SceneData(PhantomReport.content, meshes: [])
        #expect(scene.bones.isEmpty && scene.step == 1)
        #expect(try scene.embedded().html.contains("\"bones\":[]"))
    }
}
