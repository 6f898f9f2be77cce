import Testing
import Volumes

@Suite struct FloodTests {
    private let size = SIMD3(4, 3, 2)

    /// What is reached from the first of some voxels among them.
    private func count(_ voxels: [SIMD3<Int>], diagonal: Bool) -> Int {
        var open = [Bool](repeating: false, count: 24)
        func offset(_ voxel: SIMD3<Int>) -> Int { (voxel.z * size.y + voxel.y) * size.x + voxel.x }
        for voxel in voxels { open[offset(voxel)] = true }
        return flood(from: offset(voxels[0]), size: size, diagonal: diagonal) { at in
            defer { open[at] = false }
            return open[at]
        }
    }

    @Test func neighboursShareASideOrACornerToo() {
        let steps = [SIMD3(0, 0, 0), SIMD3(1, 0, 0), SIMD3(2, 1, 0), SIMD3(3, 2, 1)]
        #expect(count(steps, diagonal: false) == 2 && count(steps, diagonal: true) == 4)
    }

    /// The last voxel of a row and the first of the next are neighbours in memory only; so are those of sheets.
    @Test func rowsDoNotWrapAround() {
        #expect(count([SIMD3(3, 0, 0), SIMD3(0, 1, 0)], diagonal: true) == 1)
        #expect(count([SIMD3(3, 2, 0), SIMD3(0, 0, 1)], diagonal: true) == 1)
    }

    @Test func aStartThatIsNotClaimedIsNoRegion() {
        #expect(flood(from: 0, size: size, diagonal: true) { _ in false } == 0)
        var claimed = Set<Int>()
        #expect(flood(from: 5, size: size, diagonal: false) { claimed.insert($0).inserted } == 24)
    }
}
