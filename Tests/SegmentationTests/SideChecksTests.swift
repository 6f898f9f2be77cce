import Anatomy
import Frames
import Segmentation
import Testing
import Volumes

@Suite struct SideChecksTests {
    /// TotalSegmentator v2 ids: L2 and L1 with a kidney, rib and lung on each side, and liver and spleen.
    private func labels(mirrored: Bool, liverRight: Bool = true) throws -> Volume<Int32, Patient> {
        let spine = BlockSpine()
        var volume = try spine.labels { 31 + Int32(VertebraLevel.l1.rawValue) - Int32($0.rawValue) }
        func paint(_ id: Int32, left: Bool, row: Int) {
            // Growing i is +x, the patient's left.
            let atHighI = left != mirrored
            for i in 0..<5 { volume[atHighI ? volume.geometry.size.x - 1 - i : i, row, 40] = id }
        }
        for (row, (left, right)) in [(3, 2), (95, 107), (10, 13)].enumerated() {
            paint(Int32(left), left: true, row: row)
            paint(Int32(right), left: false, row: row)
        }
        paint(5, left: !liverRight, row: 5)
        paint(1, left: liverRight, row: 6)
        return volume
    }

    @Test func correctSidesPass() throws {
        let map = try labels(mirrored: false)
        #expect(try importLabels(map, scheme: .totalsegmentatorV2, onto: map.geometry).warnings.isEmpty)
    }

    @Test func mirroredMapIsRefused() throws {
        let map = try labels(mirrored: true)
        #expect(throws: SegmentationError.sidesSwapped(swapped: 6, of: 6)) {
            try importLabels(map, scheme: .totalsegmentatorV2, onto: map.geometry)
        }
    }

    /// A mirrored scan that was segmented as it stood names its left lung rightly, and shows only by its liver.
    @Test func liverOnTheLeftIsRefused() throws {
        let map = try labels(mirrored: false, liverRight: false)
        #expect(throws: SegmentationError.organsMirrored) {
            try importLabels(map, scheme: .totalsegmentatorV2, onto: map.geometry)
        }
    }

    @Test func situsInversusMustBeSaidAndBeSeen() throws {
        var parameters = LabelImportParameters()
        parameters.isSitusInversus = true
        let reversed = try labels(mirrored: false, liverRight: false)
        let imported = try importLabels(reversed, scheme: .totalsegmentatorV2, onto: reversed.geometry, parameters: parameters)
        #expect(code(imported) == [.situsInversus])
        let usual = try labels(mirrored: false)
        #expect(throws: SegmentationError.organsNotMirrored) {
            try importLabels(usual, scheme: .totalsegmentatorV2, onto: usual.geometry, parameters: parameters)
        }
    }

    /// A map without organs cannot belie what was said.
    @Test func situsInversusWithoutOrgansIsAWarning() throws {
        var parameters = LabelImportParameters()
        parameters.isSitusInversus = true
        let map = try BlockSpine().labels()
        #expect(try code(importLabels(map, scheme: .verse, onto: map.geometry, parameters: parameters)) == [.situsInversus])
    }
}
