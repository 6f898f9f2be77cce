import TestSupport
import Testing

@testable import Segmentation

@Suite struct LargestPieceTests {
    private let size = SIMD3(4, 3, 2)

    private func mask(_ voxels: [SIMD3<Int>]) -> [Bool] {
        var mask = [Bool](repeating: false, count: 24)
        for v in voxels { mask[(v.z * 3 + v.y) * 4 + v.x] = true }
        return mask
    }

    @Test func edgesAndCornersDoNotConnect() {
        let large = [SIMD3(0, 0, 0), SIMD3(1, 0, 0), SIMD3(1, 0, 1)]
        let small = [SIMD3(2, 1, 0), SIMD3(3, 1, 0)]
        let found = largestPiece(of: mask(large + small), size: size)
        #expect(found.mask == mask(large) && found.voxels == 3 && found.total == 5)
    }

    /// The last voxel of a row and the first of the next are neighbours in memory only.
    @Test func rowsDoNotWrapAround() {
        let ends = [SIMD3(3, 0, 0), SIMD3(0, 1, 0)]
        #expect(largestPiece(of: mask(ends), size: size).voxels == 1)
        #expect(reachable(from: 3, in: mask(ends), size: size) == mask([ends[0]]))
    }

    @Test func onATieTheFirstStays() {
        let found = largestPiece(of: mask([SIMD3(3, 2, 0), SIMD3(0, 0, 1)]), size: size)
        #expect(found.mask == mask([SIMD3(3, 2, 0)]) && found.total == 2)
    }

    @Test func nothingHasNoPiece() {
        let found = largestPiece(of: mask([]), size: size)
        #expect(found.voxels == 0 && found.total == 0 && !found.mask.contains(true))
    }

    /// Against labels spread to neighbours until nothing changes.
    @Test(arguments: 1...20) func agreesWithASlowPlainVersion(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let size = SIMD3(7, 6, 5)
        let mask = (0..<210).map { _ in random.double(0...1) < 0.45 }
        var name = mask.indices.map { mask[$0] ? $0 : -1 }
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for at in mask.indices where mask[at] {
                let (i, j, k) = (at % 7, at / 7 % 6, at / 42)
                for (isInside, other) in [(i > 0, at - 1), (j > 0, at - 7), (k > 0, at - 42)] where isInside && mask[other] {
                    let least = min(name[at], name[other])
                    if name[at] != least || name[other] != least { (name[at], name[other], hasChanged) = (least, least, true) }
                }
            }
        }
        let counts = Dictionary(grouping: name.filter { $0 >= 0 }, by: \.self).mapValues(\.count)
        let best = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }[0]
        let found = largestPiece(of: mask, size: size)
        #expect(found.voxels == best.value && found.total == mask.count { $0 })
        #expect(found.mask == name.map { $0 == best.key })
    }
}
