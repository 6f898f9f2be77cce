import Anatomy
import Frames
import Testing
import Volumes

@testable import Tracking

struct LargestPiecesTests {
    private func labels(_ size: SIMD3<Int>, _ boxes: [(VertebraLevel, SIMD3<Int>, SIMD3<Int>)]) throws -> LabelVolume {
        let grid = try GridGeometry<Patient>(size: size, spacing: SIMD3(1, 1, 1), origin: Point(0, 0, 0))
        var labels = LabelVolume(geometry: grid, repeating: 0)
        for (level, lower, upper) in boxes {
            for k in lower.z..<upper.z { for j in lower.y..<upper.y { for i in lower.x..<upper.x { labels[i, j, k] = level.rawValue } } }
        }
        return labels
    }

    /// L1 with a stray voxel in the far corner, T12 with one beside L1, and L2 in two pieces that is not asked for.
    @Test func straysAreTakenOutOfTheLevelsAskedFor() throws {
        let whole: [(VertebraLevel, SIMD3<Int>, SIMD3<Int>)] = [
            (.t12, SIMD3(2, 2, 8), SIMD3(6, 5, 11)), (.l1, SIMD3(2, 2, 4), SIMD3(6, 5, 7)), (.l2, SIMD3(2, 2, 1), SIMD3(6, 5, 3)),
            (.l2, SIMD3(9, 9, 0), SIMD3(10, 10, 1)),
        ]
        let size = SIMD3(12, 12, 12)
        let strays: [(VertebraLevel, SIMD3<Int>, SIMD3<Int>)] = [
            (.l1, SIMD3(11, 11, 11), SIMD3(12, 12, 12)), (.l1, SIMD3(0, 0, 0), SIMD3(1, 2, 1)), (.t12, SIMD3(7, 3, 5), SIMD3(8, 4, 6)),
        ]
        let found = try labels(size, strays + whole).keepingLargestPieces(of: [.t12, .l1, .l5])
        #expect(try found.voxels == labels(size, whole).voxels)
    }

    @Test func aPieceMayHangTogetherByACorner() throws {
        let map = try labels(SIMD3(6, 6, 6), [(.l1, SIMD3(0, 0, 0), SIMD3(2, 2, 2)), (.l1, SIMD3(2, 2, 2), SIMD3(3, 3, 3))])
        #expect(map.keepingLargestPieces(of: [.l1]).voxels == map.voxels)
    }

    /// Two of one size: the first of them; the last voxel of a row is no neighbour of the next row's first.
    @Test func onATieTheFirstStays() throws {
        let map = try labels(SIMD3(5, 4, 3), [(.l1, SIMD3(4, 0, 0), SIMD3(5, 1, 1)), (.l1, SIMD3(0, 2, 0), SIMD3(1, 3, 1))])
        let found = map.keepingLargestPieces(of: [.l1])
        #expect(try found.voxels == labels(SIMD3(5, 4, 3), [(.l1, SIMD3(4, 0, 0), SIMD3(5, 1, 1))]).voxels)
    }
}
