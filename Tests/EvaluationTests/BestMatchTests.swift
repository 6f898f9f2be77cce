import Anatomy
import Testing

@testable import Evaluation

@Suite struct BestMatchTests {
    /// L1 carries 300 voxels of T12 and 200 of L2.
    @Test func theLabelThatCoversMost() throws {
        var reference = LabelBoxes()
        reference.boxes = [(.l1, SIMD3(5, 5, 5), SIMD3(15, 15, 15))]
        var predicted = LabelBoxes()
        predicted.boxes = [(.t12, SIMD3(5, 5, 12), SIMD3(15, 15, 20)), (.l2, SIMD3(5, 5, 3), SIMD3(15, 15, 7))]
        let table = OverlapTable(reference: try reference.labels(), predicted: try predicted.labels())
        let order = countingOrder([.t12, .l1, .l2])
        let match = try #require(bestMatch(of: .l1, among: [.t12, .l2], overlaps: table, order: order))
        #expect(match == BestMatch(level: .t12, dice: 600.0 / 1800, covered: 0.3, shift: -1))
        #expect(bestMatch(of: .l1, among: [.l3], overlaps: table, order: countingOrder([.l1, .l3])) == nil)
    }

    /// T12 to L1 is one level, but two in a spine with a T13.
    @Test func rareLevelsCountWhereTheyAre() {
        func steps(_ order: [VertebraLevel]) -> Int { order.firstIndex(of: .l1)! - order.firstIndex(of: .t12)! }
        #expect(steps(countingOrder([.t12, .l1])) == 1 && steps(countingOrder([.t12, .t13, .l1])) == 2)
        #expect(countingOrder([]).count == 25 && countingOrder([.l6]).last == .s1)
    }
}
