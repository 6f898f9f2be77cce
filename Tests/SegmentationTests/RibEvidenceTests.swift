import Testing

@testable import Segmentation

@Suite struct RibEvidenceTests {
    /// A rib of 12 x 9 x 9 mm on each side; the places between voxels make it 8 x 6 x 6 voxels of 3.375 mm³, 972 mm³.
    private func ribs(right: Double = 20) throws -> FineMap {
        let (left, other) = (box(20...32, 3...12, 0...9), box((-right - 12)...(-right), 3...12, 0...9))
        return try fineMap(otherBone: { max(left($0), other($0)) })
    }

    @Test func theSideWithLessCounts() throws {
        #expect(abs(ribVolume(in: try ribs()) - 972) < 1)
        let one = box(20...32, 3...12, 0...9)
        #expect(ribVolume(in: try fineMap(otherBone: one)) == 0)
        let half = box(-32...(-20), 3...12, 0...4.5)
        #expect(abs(ribVolume(in: try fineMap(otherBone: { max(one($0), half($0)) })) - 486) < 1)
    }

    /// Bone farther to the side than 45 mm, the neighbours' bodies in the middle, and the vertebra's own bone are no ribs.
    @Test func onlyWhereRibsMeetAVertebra() throws {
        #expect(ribVolume(in: try ribs(right: 46)) == 0)
        #expect(ribVolume(in: try fineMap(otherBone: box(-9...9, -20...20, -30...30))) == 0)
        #expect(ribVolume(in: try fineMap(bone: box(-40...40, -20...20, -15...15))) == 0)
    }

    /// Half at 200 mm³, between what vertebrae without ribs had and what short ribs had. Neither the most of L1 to L4 (118) nor the most of L5 (340) is surely the one or the
    /// other, which begins at 0.1 and 0.9.
    @Test func moreRibIsSurer() throws {
        func likelihood(ofVolume volume: Double) throws -> Double {
            let (left, right) = (box(20...32, 3...12, 0...9), box(-32...(-20), 3...12, 0...9))
            return ribLikelihood(in: try fineMap(otherBone: { Float(volume / 972) * max(left($0), right($0)) }))
        }
        #expect(ribLikelihood(in: try fineMap()) < 0.01)
        #expect(try likelihood(ofVolume: 79) < 0.05)
        #expect(abs(try likelihood(ofVolume: 118) - 0.108) < 0.002)
        #expect(abs(try likelihood(ofVolume: 200) - 0.5) < 1e-3)
        #expect(abs(try likelihood(ofVolume: 340) - 0.893) < 0.002)
        #expect(try likelihood(ofVolume: 972) > 0.99)
    }
}
