import Anatomy
import Frames
import Segmentation
import Testing

@testable import Evaluation

@Suite struct IdentificationTests {
    private func region(_ level: VertebraLevel, _ z: Double) -> LabelledRegion {
        LabelledRegion(
            level: level, voxelCount: 1, volume: 1, centroid: Point(3, 4, z), lower: SIMD3(), upper: SIMD3(1, 1, 1), voxelsOnGridFace: 0)
    }

    @Test func theNearestMustHaveTheNameAndBeNear() {
        let l1 = region(.l1, 0)
        #expect(isIdentified(l1, among: [region(.t12, 30), region(.l1, 19.9)], limit: 20))
        #expect(!isIdentified(l1, among: [region(.t12, 30), region(.l1, 20)], limit: 20))
        #expect(!isIdentified(l1, among: [region(.t12, 9), region(.l1, -10)], limit: 20))
        #expect(!isIdentified(l1, among: [], limit: 20))
    }
}
