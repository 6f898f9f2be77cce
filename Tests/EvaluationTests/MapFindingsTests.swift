import Anatomy
import Testing

@testable import Evaluation

@Suite struct MapFindingsTests {
    private func findings(_ prediction: LabelBoxes, _ reference: LabelBoxes) throws -> MapFindings {
        try evaluateLabels(prediction.labels(), against: reference.labels()).findings
    }
    private let reference = LabelBoxes.column([.t11, .t12, .l1, .l2])

    @Test func missingAndExtra() throws {
        var prediction = reference
        prediction.boxes[1] = (.c7, SIMD3(1, 1, 1), SIMD3(5, 5, 5))
        let found = try findings(prediction, reference)
        #expect(found.missing == [.t12] && found.extra == [.c7] && found.merged.isEmpty && found.split.isEmpty)
        #expect(found.naming == .init(shift: 0, count: 3, matched: 3))
    }

    @Test func merged() throws {
        var prediction = reference
        // T12's box grows down over two of L1's six slices.
        prediction.boxes[1].lower.z -= 4
        prediction.boxes[2].upper.z -= 2
        #expect(prediction.boxes[1].lower.z == prediction.boxes[2].upper.z)
        #expect(try findings(prediction, reference).merged == [.init(predicted: .t12, reference: [.t12, .l1])])
    }

    /// More than a quarter counts, a quarter does not: boxes of eight slices, of which a neighbour takes two or three.
    @Test(arguments: [(2, false), (3, true)]) func aQuarterIsNotEnough(_ slices: Int, _ isSplit: Bool) throws {
        var map = LabelBoxes()
        map.boxes = [(.l1, SIMD3(5, 5, 10), SIMD3(15, 15, 18))]
        var prediction = map
        prediction.boxes.append((.l2, SIMD3(5, 5, 10), SIMD3(15, 15, 10 + slices)))
        #expect(try findings(prediction, map).split == (isSplit ? [.init(reference: .l1, predicted: [.l1, .l2])] : []))
    }

    /// T11 is right, T12 named two levels too far up, L1 and L2 one.
    @Test func mostMatchesSayTheShift() throws {
        var prediction = reference
        prediction.boxes = zip(reference.boxes, [VertebraLevel.t11, .t10, .t12, .l1]).map { ($1, $0.lower, $0.upper) }
        #expect(try findings(prediction, reference).naming == .init(shift: -1, count: 2, matched: 4))
    }
}
