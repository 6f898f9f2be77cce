import Testing

@testable import Evaluation

@Suite struct OverlapTableTests {
    /// L1 has 1000 voxels in both maps, 200 of them common; 50 of the reference's carry L2, 750 nothing.
    @Test func countsOnPaper() throws {
        var reference = LabelBoxes()
        reference.boxes = [(.l1, SIMD3(0, 0, 0), SIMD3(10, 10, 10))]
        var predicted = LabelBoxes()
        predicted.boxes = [
            (.l1, SIMD3(0, 0, 8), SIMD3(10, 10, 18)), (.l2, SIMD3(0, 0, 0), SIMD3(5, 10, 1)), (.l3, SIMD3(20, 20, 20), SIMD3(22, 22, 22)),
        ]
        let table = OverlapTable(reference: try reference.labels(), predicted: try predicted.labels())
        #expect(table.common(.l1, .l1) == 200 && table.common(.l1, .l2) == 50 && table.common(.l2, .l2) == 0)
        #expect(table.dice(.l1, .l1) == 0.2 && table.iou(.l1, .l1) == 200.0 / 1800)
        #expect(table.dice(.l1, .l2) == 100.0 / 1050)
        #expect(table.covered(.l1, by: .l2) == 0.05 && table.covered(.l1) == 0.25)
        #expect(table.isApart(.l3) && !table.isApart(.l2) && !table.isApart(.l1))
    }
}
