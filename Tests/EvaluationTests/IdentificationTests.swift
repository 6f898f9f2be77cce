import Anatomy
import Frames
import Segmentation
import Testing

@testable import Evaluation

@Suite struct IdentificationTests {
    private func region(_ level: VertebraLevel, _ z: Double) throws -> LabelledRegion {
        var region = labelledRegions(of: try LabelBoxes.column([level]).labels())[0]
        region.centroid = Point(3, 4, z)
        return region
    }

    @Test func theNearestMustHaveTheNameAndBeNear() throws {
        let l1 = try region(.l1, 0)
        #expect(try isIdentified(l1, among: [region(.t12, 30), region(.l1, 19.9)], limit: 20))
        #expect(try !isIdentified(l1, among: [region(.t12, 30), region(.l1, 20)], limit: 20))
        #expect(try !isIdentified(l1, among: [region(.t12, 9), region(.l1, -10)], limit: 20))
        #expect(!isIdentified(l1, among: [], limit: 20))
    }
}
