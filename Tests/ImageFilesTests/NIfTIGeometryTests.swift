import Testing

@testable import ImageFiles

@Suite struct NIfTIGeometryTests {
    private let straight: [Double] = [-1, 0, 0, 10, 0, -1, 0, 20, 0, 0, 2, 30]

    private func header(sform: [Double]? = nil, _ sformCode: Int, qform: [Double]? = nil, _ qformCode: Int) -> NIfTIHeader {
        let layout = VoxelLayout(
            path: "x", offset: 352, encoding: .raw, size: SIMD3(10, 10, 10), type: .int16, isBigEndian: false)
        return NIfTIHeader(
            layout: layout, qform: qform ?? straight, sform: sform ?? straight, qformCode: qformCode, sformCode: sformCode,
            millimetresPerUnit: 1)
    }

    @Test func rasBecomesLPS() throws {
        let (grid, warnings) = try niftiGrid(header(1, 1))
        #expect(orientationName(of: grid) == "LPS")
        #expect(grid.origin.xyz == SIMD3(-10, -20, 30))
        #expect(warnings.isEmpty)
    }

    @Test func noCodesNoSides() {
        #expect(throws: ImageFileError.self) { _ = try niftiGrid(header(0, 0)) }
    }

    @Test func flippedTransformsAreRefused() {
        var flipped = straight
        flipped[0] = 1
        #expect(throws: ImageFileError.self) { _ = try niftiGrid(header(sform: flipped, 1, 1)) }
        // A transform without a code says nothing, so it cannot conflict.
        #expect(throws: Never.self) { _ = try niftiGrid(header(1, qform: flipped, 0)) }
    }

    @Test func scannerWinsOverOtherSpaces() throws {
        var shifted = straight
        shifted[3] = 14
        let (grid, warnings) = try niftiGrid(header(sform: shifted, 2, 1))
        #expect(grid.origin.x == -10)
        #expect(warnings.map(\.code) == [.transformConflict])
        #expect(try niftiGrid(header(sform: shifted, 1, 1)).grid.origin.x == -14)
    }

    @Test func anImpossibleQformIsRefusedOnlyWhereItIsNeeded() throws {
        var broken = header(1, 1)
        broken.qform = nil
        #expect(try niftiGrid(broken).warnings.map(\.code) == [.transformConflict])
        broken.sformCode = 0
        #expect(throws: ImageFileError.self) { _ = try niftiGrid(broken) }
    }
}
